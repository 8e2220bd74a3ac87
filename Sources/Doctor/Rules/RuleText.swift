import InstanceModel
import NetworkNamespaces

/// Commands that change rules.
enum RuleText {
    /// Leads guests to the listener: with iptables where Neutron has its chains, else with a table of nft's.
    static func redirect(_ path: NamespacePath, _ packet: MetadataPacket, _ rules: RuleFacts) -> String {
        let family = packet.destination.family
        let name = family == .v4 ? "ip" : "ip6"
        let chains = rules.chains.filter { $0.family == name && $0.table == "nat" && $0.backend != .nftables }
        guard let standard = chains.first(where: { $0.hook == .prerouting }) else { return table(path, packet) }
        let chain = chains.first { $0.name.hasSuffix("l3-agent-PREROUTING") } ?? standard
        let program = (family == .v4 ? "iptables" : "ip6tables") + (chain.backend == .iptablesLegacy ? "-legacy" : "")
        let destination = family == .v4 ? "\(MetadataAddress.ipv4)/32" : "\(MetadataAddress.ipv6)/128"
        return path.command(
            "\(program) -t nat -I \(chain.name) 1 -d \(destination) -i \(path.isNeutrons ? "qr-+" : packet.device) -p tcp -m tcp --dport 80 "
                + "-j REDIRECT --to-ports \(path.port)")
    }

    static func acceptByDefault(_ chain: RuleChain) -> String {
        switch chain.backend {
        case .nftables: "nft 'chain \(chain.family) \(chain.table) \(chain.name) { policy accept; }'"
        case .iptables: "\(chain.family)tables -t \(chain.table) -P \(chain.name) ACCEPT"
        case .iptablesLegacy: "\(chain.family)tables-legacy -t \(chain.table) -P \(chain.name) ACCEPT"
        }
    }

    /// The table that `metapath up` and `metapath proxy` keep, as far as it redirects.
    private static func table(_ path: NamespacePath, _ packet: MetadataPacket) -> String {
        let chain = "inet metapath prerouting"
        let rules = [
            "add table inet metapath",
            "add chain \(chain) { type nat hook prerouting priority -101; }",
            rule(chain, "ip daddr \(MetadataAddress.ipv4)", path, packet),
            rule(chain, "ip6 daddr \(MetadataAddress.ipv6)", path, packet),
        ]
        return path.command("nft '\(rules.joined(separator: "; "))'")
    }

    private static func rule(
        _ chain: String, _ destination: String, _ path: NamespacePath, _ packet: MetadataPacket
    ) -> String {
        let devices = path.isNeutrons ? "qr-*" : packet.device
        return "add rule \(chain) iifname \"\(devices)\" \(destination) tcp dport 80 redirect to :\(path.port)"
    }
}
