import InstanceModel
import NetworkNamespaces

/// A guest's first packet to the metadata address, as it comes into a namespace.
struct MetadataPacket: Sendable, Equatable {
    /// The device it comes in on.
    var device: String
    var source: IPAddress
    var destination: IPAddress
    var port: UInt16 = MetadataAddress.port
    var mark: UInt32 = 0
    /// A rule has led it to another place.
    var isTranslated = false
}

extension MetadataPacket {
    /// From any address a guest might have: rules that ask for particular ones are not the metadata path's.
    init(from device: NetworkDevice, to destination: IPAddress) {
        let source =
            destination.family == .v4
            ? IPAddress(v4: 0x0A00_00FE) : IPAddress(v6High: 0xFE80_0000_0000_0000, low: 0xFE)
        self.init(device: device.name, source: source, destination: destination)
    }
}

extension NamespacePath {
    func fate(of packet: MetadataPacket, _ rules: RuleFacts) -> PacketWalk.Fate {
        PacketWalk.fate(
            of: packet, in: rules.chains, ownAddresses: devices.flatMap(\.addresses).map(\.address))
    }
}

/// What the rules of a namespace do with a packet, found by following it through them as the kernel would.
struct PacketWalk: Sendable {
    enum Fate: Sendable, Equatable {
        /// To a port of the namespace itself; the rule that has led it there, nil where the address is its own.
        case delivered(port: UInt16, by: DecisiveRule?)
        /// To another host, by this rule.
        case ledAway(to: String, by: DecisiveRule)
        case dropped(by: DecisiveRule, hook: RuleChain.Hook)
        /// Nothing has led it anywhere: it would be routed on.
        case routed
    }

    /// A rule that decided, and where it is; a chain's policy has no rule.
    struct DecisiveRule: Sendable, Equatable {
        var chain: RuleChain
        var rule: PacketRule?

        var text: String { rule?.text ?? "chain \(chain.table) \(chain.name): policy drop" }
    }

    private let chains: [RuleChain]
    private var packet: MetadataPacket
    /// The last rule that translated.
    private var translation: DecisiveRule?
    /// Destination of a translation to another host.
    private var elsewhere: String?

    /// - Parameter ownAddresses: those of the namespace.
    static func fate(of packet: MetadataPacket, in chains: [RuleChain], ownAddresses: [IPAddress]) -> Fate {
        let isIPv4 = packet.destination.family == .v4
        var walk = PacketWalk(
            chains: chains.filter { isIPv4 ? $0.isForIPv4 : $0.isForIPv6 }, packet: packet)
        return walk.run(ownAddresses)
    }

    private init(chains: [RuleChain], packet: MetadataPacket) {
        self.chains = chains
        self.packet = packet
    }

    private mutating func run(_ ownAddresses: [IPAddress]) -> Fate {
        if let rule = pass(.prerouting) { return .dropped(by: rule, hook: .prerouting) }
        if let elsewhere, let translation { return .ledAway(to: elsewhere, by: translation) }
        let isLocal = translation != nil || ownAddresses.contains(packet.destination)
        if let rule = pass(isLocal ? .input : .forward) {
            return .dropped(by: rule, hook: isLocal ? .input : .forward)
        }
        return isLocal ? .delivered(port: packet.port, by: translation) : .routed
    }

    /// All chains of a hook, lowest priority first. The rule that drops the packet; nil if none does.
    private mutating func pass(_ hook: RuleChain.Hook) -> DecisiveRule? {
        for chain in chains.filter({ $0.hook == hook }).sorted(by: { $0.priority < $1.priority }) {
            if chain.isNAT, packet.isTranslated { continue }
            switch verdict(of: chain, depth: 0) {
            case .drop(let rule): return rule
            case .accept: continue
            case .end: if chain.dropsByDefault { return DecisiveRule(chain: chain) }
            }
        }
        return nil
    }

    private enum Verdict {
        case accept
        case drop(DecisiveRule)
        /// No rule of it decided.
        case end
    }

    private mutating func verdict(of chain: RuleChain, depth: Int) -> Verdict {
        for rule in chain.rules where rule.conditions.allSatisfy(holds) {
            for action in rule.actions {
                if let verdict = carryOut(action, DecisiveRule(chain: chain, rule: rule), depth) { return verdict }
            }
        }
        return .end
    }

    /// Nil where the packet goes on to the next rule.
    private mutating func carryOut(_ action: PacketRule.Action, _ rule: DecisiveRule, _ depth: Int) -> Verdict? {
        switch action {
        case .accept: return .accept
        case .drop: return .drop(rule)
        case .leave: return .end
        case .mark(let value, let mask):
            packet.mark = packet.mark & ~mask ^ value
            return nil
        case .redirect(let port):
            translate(to: port, by: rule)
            return .accept
        case .translate(let destination):
            translate(to: nil, by: rule)
            elsewhere = destination
            return .accept
        case .goTo(let name): return verdict(ofChain: name, from: rule, depth) ?? .end
        case .jump(let name): return verdict(ofChain: name, from: rule, depth)
        }
    }

    /// Nil where the other chain does not decide. The kernel allows sixteen jumps, one inside the other.
    private mutating func verdict(ofChain name: String, from rule: DecisiveRule, _ depth: Int) -> Verdict? {
        guard depth < 16, let next = chainNamed(name, beside: rule.chain) else { return nil }
        let result = verdict(of: next, depth: depth + 1)
        if case .end = result { return nil }
        return result
    }

    private mutating func translate(to port: UInt16?, by rule: DecisiveRule) {
        packet.isTranslated = true
        packet.port = port ?? packet.port
        translation = rule
    }

    private func chainNamed(_ name: String, beside chain: RuleChain) -> RuleChain? {
        chains.first {
            $0.name == name && $0.table == chain.table && $0.family == chain.family && $0.backend == chain.backend
        }
    }

    /// What we do not read counts as not true: a rule that may not concern the packet is not blamed.
    private func holds(_ condition: PacketRule.Condition) -> Bool {
        truth(of: condition) ?? false
    }

    /// Nil where it cannot be told.
    private func truth(of condition: PacketRule.Condition) -> Bool? {
        switch condition {
        case .inputDevice(let pattern): return Self.matches(packet.device, pattern)
        case .outputDevice, .sourcePort, .other: return nil
        case .source(let text): return Self.contains(text, packet.source)
        case .destination(let text):
            return Self.contains(text, packet.isTranslated ? nil : packet.destination)
        case .destinationPorts(let range): return range.contains(packet.port)
        case .transport(let name): return ["tcp", "6", "all"].contains(name)
        case .networkFamily(let isIPv4): return (packet.destination.family == .v4) == isIPv4
        case .mark(let value, let mask): return packet.mark & mask == value
        case .isTranslated: return packet.isTranslated
        case .connectionState(let states):
            return states.contains("new") || packet.isTranslated && states.contains("dnat")
        case .not(let condition): return truth(of: condition).map { !$0 }
        case .anyOf(let conditions):
            let truths = conditions.map(truth)
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }

    /// Nil, for an address that a redirection has chosen, is in no range that anybody writes.
    private static func contains(_ text: String, _ address: IPAddress?) -> Bool? {
        guard let address else { return text == "0.0.0.0/0" || text == "::/0" }
        if let only = IPAddress(text) { return only == address }
        return CIDR(text).map { $0.contains(address) }
    }
}
