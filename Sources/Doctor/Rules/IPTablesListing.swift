import Foundation

/// What iptables-save and ip6tables-save print.
enum IPTablesListing {
    /// - Parameters:
    ///   - program: whose listing it is: `iptables`, `ip6tables-legacy`; rules are removed with it.
    static func chains(_ listing: String, program: String) -> [RuleChain] {
        var reader = IPTablesReader(program: program)
        for line in listing.split(separator: "\n") { reader.take(String(line)) }
        return reader.chains
    }
}

private struct IPTablesReader {
    let program: String
    var chains: [RuleChain] = []
    private var table = ""

    init(program: String) {
        self.program = program
    }

    mutating func take(_ line: String) {
        // With -c counters come first: `[packets:octets]`.
        let packets = line.hasPrefix("[") ? Int(line.dropFirst().prefix { $0 != ":" }) : nil
        let line = line.hasPrefix("[") ? String(line.drop { $0 != "]" }.dropFirst(2)) : line
        switch line.first {
        case "*": table = String(line.dropFirst())
        case ":": addChain(line.dropFirst().split(separator: " ").map(String.init))
        case "-": addRule(line, packets)
        default: break
        }
    }

    private mutating func addChain(_ words: [String]) {
        guard let name = words.first else { return }
        let hook = Self.isTableHook(table, name) ? RuleChain.Hook(rawValue: name.lowercased()) : nil
        chains.append(
            RuleChain(
                backend: program.hasSuffix("legacy") ? .iptablesLegacy : .iptables,
                family: program.hasPrefix("ip6") ? "ip6" : "ip", table: table, name: name, hook: hook,
                priority: Self.priority(table, name), isNAT: table == "nat",
                dropsByDefault: words.count > 1 && words[1] == "DROP"))
    }

    private mutating func addRule(_ line: String, _ packets: Int?) {
        var words = Self.words(line)
        guard words.count > 2, words[0] == "-A",
            let index = chains.lastIndex(where: { $0.table == table && $0.name == words[1] })
        else { return }
        words.removeFirst(2)
        var parser = IPTablesRuleParser(words: words[...])
        parser.parse()
        chains[index].rules.append(
            PacketRule(
                conditions: parser.conditions, actions: parser.actions, text: line,
                removal: "\(program) -t \(table) -D \(line.dropFirst(3))", packets: packets))
    }

    private static func isTableHook(_ table: String, _ name: String) -> Bool {
        switch table {
        case "raw": ["PREROUTING", "OUTPUT"].contains(name)
        case "nat": ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"].contains(name)
        case "filter", "security": ["INPUT", "FORWARD", "OUTPUT"].contains(name)
        default: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"].contains(name)
        }
    }

    /// The kernel's (`NF_IP_PRI_…`).
    private static func priority(_ table: String, _ name: String) -> Int {
        switch table {
        case "raw": -300
        case "mangle": -150
        case "nat": name == "PREROUTING" || name == "OUTPUT" ? -100 : 100
        case "security": 50
        default: 0
        }
    }

    /// Divided as a shell would, as far as quotes go.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}

/// The options of one rule.
private struct IPTablesRuleParser {
    var words: ArraySlice<String>
    var conditions: [PacketRule.Condition] = []
    var actions: [PacketRule.Action] = []

    init(words: ArraySlice<String>) {
        self.words = words
    }

    mutating func parse() {
        var isNegated = false
        while let word = words.popFirst() {
            if word == "!" {
                isNegated = true
                continue
            }
            let before = conditions.count
            take(word)
            if isNegated, conditions.count > before { conditions.append(.not(conditions.removeLast())) }
            isNegated = false
        }
    }

    private mutating func take(_ word: String) {
        switch word {
        case "-d", "--destination": condition { .destination($0) }
        case "-s", "--source": condition { .source($0) }
        case "-i", "--in-interface": condition { .inputDevice(Self.pattern($0)) }
        case "-o", "--out-interface": condition { .outputDevice(Self.pattern($0)) }
        case "-p", "--protocol": condition { .transport($0) }
        case "--dport", "--destination-port", "--dports": condition(Self.ports)
        case "--sport", "--source-port", "--sports": condition { _ in .sourcePort }
        case "--mark": condition { Self.mark($0).map { .mark(value: $0, mask: $1) } ?? .other("--mark \($0)") }
        case "--ctstate", "--state":
            condition { .connectionState($0.lowercased().split(separator: ",").map(String.init)) }
        case "-m", "--match", "--comment": _ = words.popFirst()
        case "-j", "--jump": takeTarget()
        case "-g", "--goto": if let chain = words.popFirst() { actions.append(.goTo(chain)) }
        case "--tcp-flags": conditions.append(.other("--tcp-flags \(words.popFirst() ?? "") \(words.popFirst() ?? "")"))
        default: conditions.append(.other(word))
        }
    }

    private mutating func condition(_ make: (String) -> PacketRule.Condition) {
        if let value = words.popFirst() { conditions.append(make(value)) }
    }

    /// The target's own options follow it, and nothing after them.
    private mutating func takeTarget() {
        guard let target = words.popFirst() else { return }
        let options = Dictionary(
            zip(words, words.dropFirst()).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        words = []
        switch target {
        case "ACCEPT": actions.append(.accept)
        case "DROP", "REJECT": actions.append(.drop)
        case "RETURN": actions.append(.leave)
        case "REDIRECT": actions.append(.redirect(port: options["--to-ports"].flatMap { UInt16($0) }))
        case "DNAT": actions.append(.translate(to: options["--to-destination"] ?? "another address"))
        case "MARK":
            let text = options["--set-xmark"] ?? options["--set-mark"] ?? ""
            if let (value, mask) = Self.mark(text) { actions.append(.mark(value: value, mask: mask)) }
        case "LOG", "NFLOG", "CONNMARK", "CHECKSUM", "NOTRACK", "CT", "TRACE", "AUDIT", "TCPMSS": break
        default: actions.append(.jump(target))
        }
    }

    /// iptables writes `+` for any ending.
    private static func pattern(_ text: String) -> String {
        text.hasSuffix("+") ? text.dropLast() + "*" : text
    }

    private static func ports(_ text: String) -> PacketRule.Condition {
        let ranges = text.split(separator: ",").map { part -> PacketRule.Condition in
            let ends = part.split(separator: ":", omittingEmptySubsequences: false)
            guard let low = UInt16(ends[0]), let high = UInt16(ends[ends.count - 1]), low <= high else {
                return .other("--dport \(part)")
            }
            return .destinationPorts(low...high)
        }
        return ranges.count == 1 ? ranges[0] : .anyOf(ranges)
    }

    /// `0x1/0xffff`; a mask of all bits where there is none.
    private static func mark(_ text: String) -> (UInt32, UInt32)? {
        let parts = text.split(separator: "/")
        guard let first = parts.first, let value = number(first) else { return nil }
        return (value, parts.count > 1 ? number(parts[1]) ?? .max : .max)
    }

    private static func number(_ text: Substring) -> UInt32? {
        text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
}
