import MetadataDocuments

/// What `nft -j list ruleset` prints.
enum NFTListing {
    /// The chains of nft's own tables. Those that the program iptables keeps have matches that nft does not show; they are
    /// named, and to be read with iptables-save.
    /// - Throws: ``LookFailure`` where it is no such listing.
    static func chains(_ listing: String) throws(LookFailure) -> (chains: [RuleChain], hasIPTables: Bool) {
        guard let value = try? JSONValue(parsing: Array(listing.utf8)), let items = value["nftables"]?.items else {
            throw LookFailure("expected JSON from `nft -j list ruleset`, found: \(listing.prefix(80))")
        }
        var chains = items.compactMap { $0["chain"] }.compactMap(chain)
        let isIPTables = { (chain: RuleChain) in
            chain.family != "inet" && ["raw", "mangle", "nat", "filter", "security"].contains(chain.table)
                && chain.hook.map { $0.rawValue.uppercased() == chain.name } ?? false
        }
        let tables = Set(chains.filter(isIPTables).map { "\($0.family) \($0.table)" })
        chains.removeAll { tables.contains("\($0.family) \($0.table)") }
        let counters = namedCounters(items.compactMap { $0["counter"] })
        for rule in items.compactMap({ $0["rule"] }) { add(rule, counters, to: &chains) }
        return (chains, !tables.isEmpty)
    }

    private static func chain(_ item: JSONValue) -> RuleChain? {
        guard let family = item["family"]?.text, ["ip", "ip6", "inet"].contains(family),
            let table = item["table"]?.text, let name = item["name"]?.text
        else { return nil }
        return RuleChain(
            backend: .nftables, family: family, table: table, name: name,
            hook: item["hook"]?.text.flatMap(RuleChain.Hook.init), priority: item["prio"]?.number ?? 0,
            isNAT: item["type"]?.text == "nat", dropsByDefault: item["policy"]?.text == "drop")
    }

    /// Packets that they have counted, by the table that they are in and their names.
    private static func namedCounters(_ items: [JSONValue]) -> [String: Int] {
        let counters = items.compactMap { item -> (String, Int)? in
            guard let name = item["name"]?.text, let packets = item["packets"]?.number else { return nil }
            return ("\(table(of: item)) \(name)", packets)
        }
        return Dictionary(counters) { first, _ in first }
    }

    private static func table(of item: JSONValue) -> String {
        "\(item["family"]?.text ?? "") \(item["table"]?.text ?? "")"
    }

    /// What a rule's counter says, be it in the rule or a named one.
    private static func packets(_ item: JSONValue, _ statements: [JSONValue], _ counters: [String: Int]) -> Int? {
        guard let counter = statements.lazy.compactMap({ $0["counter"] }).first else { return nil }
        return counter.text.map { counters["\(table(of: item)) \($0)"] } ?? counter["packets"]?.number
    }

    private static func add(_ item: JSONValue, _ counters: [String: Int], to chains: inout [RuleChain]) {
        guard let table = item["table"]?.text, let name = item["chain"]?.text, let family = item["family"]?.text,
            let index = chains.firstIndex(where: { $0.family == family && $0.table == table && $0.name == name })
        else { return }
        let statements = item["expr"]?.items ?? []
        let place = "\(family) \(table) \(name)"
        chains[index].rules.append(
            PacketRule(
                conditions: statements.compactMap(condition), actions: statements.compactMap(action),
                text: "\(place): \(statements.map(NFTText.statement).joined(separator: " "))",
                removal: "nft delete rule \(place) handle \(item["handle"]?.number ?? 0)",
                packets: packets(item, statements, counters)))
    }

    // MARK: conditions

    private static func condition(_ statement: JSONValue) -> PacketRule.Condition? {
        guard let (key, value) = statement.only else { return .other("something") }
        switch key {
        case "match":
            guard let left = value["left"], let right = value["right"] else { return .other("a match") }
            let condition = match(left, right)
            return value["op"]?.text == "!=" ? .not(condition) : condition
        case "limit", "quota", "xt": return .other(key)
        default: return nil
        }
    }

    private static func match(_ left: JSONValue, _ right: JSONValue) -> PacketRule.Condition {
        if let members = right["set"]?.items { return .anyOf(members.map { match(left, $0) }) }
        let subject = left["payload"].map { "\($0["protocol"]?.text ?? "") \($0["field"]?.text ?? "")" }
        let meta = left["meta"]?["key"]?.text ?? left["ct"]?["key"]?.text.map { "ct \($0)" }
        switch subject ?? meta {
        case "iifname", "iif": return right.text.map { .inputDevice($0) } ?? .other("iifname")
        case "oifname", "oif": return right.text.map { .outputDevice($0) } ?? .other("oifname")
        case "ip daddr", "ip6 daddr": return address(right).map { .destination($0) } ?? .other("daddr")
        case "ip saddr", "ip6 saddr": return address(right).map { .source($0) } ?? .other("saddr")
        case "tcp dport", "th dport": return ports(right)
        case "udp dport": return .transport("udp")
        case "tcp sport", "th sport": return .sourcePort
        case "l4proto", "ip protocol", "ip6 nexthdr": return .transport(right.text ?? "\(right.number ?? 0)")
        case "nfproto": return .networkFamily(isIPv4: right.text == "ipv4")
        case "mark": return right.number.map { .mark(value: UInt32(clamping: $0), mask: .max) } ?? .other("mark")
        case "ct status": return right.text == "dnat" ? .isTranslated : .other("ct status")
        case "ct state": return states(right)
        case let other: return masked(left, right) ?? .other(other ?? "something")
        }
    }

    /// `meta mark & 0xffff == 0x1`.
    private static func masked(_ left: JSONValue, _ right: JSONValue) -> PacketRule.Condition? {
        guard let parts = left["&"]?.items, parts.count == 2, parts[0]["meta"]?["key"]?.text == "mark",
            let mask = parts[1].number, let value = right.number
        else { return nil }
        return .mark(value: UInt32(clamping: value), mask: UInt32(clamping: mask))
    }

    private static func states(_ right: JSONValue) -> PacketRule.Condition {
        if let text = right.text { return .connectionState([text]) }
        return .connectionState((right.items ?? []).compactMap(\.text))
    }

    private static func address(_ value: JSONValue) -> String? {
        if let text = value.text { return text }
        guard let address = value["prefix"]?["addr"]?.text, let length = value["prefix"]?["len"]?.number else {
            return nil
        }
        return "\(address)/\(length)"
    }

    private static func ports(_ value: JSONValue) -> PacketRule.Condition {
        let ends = (value["range"]?.items ?? [value, value]).compactMap(\.number).map { UInt16(clamping: $0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return .other("dport") }
        return .destinationPorts(ends[0]...ends[1])
    }

    // MARK: actions

    private static func action(_ statement: JSONValue) -> PacketRule.Action? {
        guard let (key, value) = statement.only else { return nil }
        switch key {
        case "accept": return .accept
        case "drop", "reject": return .drop
        case "return": return .leave
        case "redirect": return .redirect(port: value["port"]?.number.map { UInt16(clamping: $0) })
        case "dnat": return .translate(to: value["addr"]?.text ?? "another address")
        case "jump": return value["target"]?.text.map { .jump($0) }
        case "goto": return value["target"]?.text.map { .goTo($0) }
        case "mangle":
            guard value["key"]?["meta"]?["key"]?.text == "mark", let mark = value["value"]?.number else { return nil }
            return .mark(value: UInt32(clamping: mark), mask: .max)
        default: return nil
        }
    }
}

/// A statement for people, near enough to nft's own writing.
private enum NFTText {
    static func statement(_ statement: JSONValue) -> String {
        guard let (key, value) = statement.only else { return expression(statement) }
        switch key {
        case "match":
            let sign = value["op"]?.text.flatMap { $0 == "!=" ? "!= " : "" } ?? ""
            return "\(expression(value["left"] ?? .null)) \(sign)\(expression(value["right"] ?? .null))"
        case "counter": return "counter"
        case "redirect": return "redirect" + (value["port"]?.number.map { " to :\($0)" } ?? "")
        case "jump", "goto": return "\(key) \(value["target"]?.text ?? "")"
        case "dnat": return "dnat to \(value["addr"]?.text ?? "")"
        case "mangle": return "\(expression(value["key"] ?? .null)) set \(expression(value["value"] ?? .null))"
        default: return key
        }
    }

    private static func expression(_ value: JSONValue) -> String {
        if let text = value.text { return text }
        if let number = value.number { return "\(number)" }
        if let items = value["set"]?.items { return "{ \(items.map(expression).joined(separator: ", ")) }" }
        if let payload = value["payload"] {
            return "\(payload["protocol"]?.text ?? "") \(payload["field"]?.text ?? "")"
        }
        if let key = value["meta"]?["key"]?.text { return key.contains("if") ? key : "meta \(key)" }
        if let key = value["ct"]?["key"]?.text { return "ct \(key)" }
        if let prefix = value["prefix"] { return "\(prefix["addr"]?.text ?? "")/\(prefix["len"]?.number ?? 0)" }
        return String(decoding: value.serialised(), as: UTF8.self)
    }
}
