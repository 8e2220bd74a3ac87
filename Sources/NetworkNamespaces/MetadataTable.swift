import Glibc

/// What the table `metapath` consists of, as transactions for the kernel.
///
/// `nft list table inet metapath` shows it like this:
///
///     chain prerouting {
///         type nat hook prerouting priority -101; policy accept;
///         iifname "qr-*" ip daddr 169.254.169.254 tcp dport 80 counter name "redirected-ipv4" redirect to :9697
///         iifname "qr-*" ip6 daddr fe80::a9fe:a9fe tcp dport 80 counter name "redirected-ipv6" redirect to :9697
///     }
///     chain input {
///         type filter hook input priority -1; policy accept;
///         tcp dport 9697 ct status dnat accept
///         tcp dport 9697 counter name "refused" drop
///     }
///     chain forward {
///         type filter hook forward priority -1; policy accept;
///         ip daddr 169.254.169.254 drop
///     }
///
/// Before Neutron's chains, which are at the standard priorities. `ct status dnat` is true only of connections that a
/// NAT rule has led here. What is not redirected is never routed out.
struct MetadataTable {
    static let name = "metapath"
    static let redirectedIPv4 = "redirected-ipv4"
    static let redirectedIPv6 = "redirected-ipv6"
    static let refused = "refused"

    /// Where the router's listener is.
    var port: UInt16

    /// Deleting a table that is not there is an error, and adding one that is there is none.
    static let removal = TableWriter.transaction(on: name) { table in
        table.addTable()
        table.deleteTable()
    }

    /// Puts the table in the place of any that is there.
    var installation: [UInt8] {
        TableWriter.transaction(on: Self.name) { table in
            table.addTable()
            table.deleteTable()
            table.addTable()
            for counter in [Self.redirectedIPv4, Self.redirectedIPv6, Self.refused] { table.addCounter(counter) }
            addPrerouting(to: &table)
            addInput(to: &table)
            table.addChain("forward", type: "filter", hook: .forward, priority: -1)
            table.addRule(in: "forward", toIPv4 + [.drop])
        }
    }

    /// Carries out a transaction in the namespace that the calling thread is in.
    static func apply(_ transaction: [UInt8]) throws(NamespaceError) {
        try NetlinkSocket(.netfilter).exchange(transaction, to: "change the nftables table inet \(name)")
    }

    private func addPrerouting(to table: inout TableWriter) {
        table.addChain("prerouting", type: "nat", hook: .prerouting, priority: -101)
        for (destination, counter) in [(toIPv4, Self.redirectedIPv4), (toIPv6, Self.redirectedIPv6)] {
            table.addRule(
                in: "prerouting",
                [.load(.inputDevice), .equals(Array("qr-".utf8))] + destination + toPort(MetadataAddress.port)
                    + [.count(counter), .loadPort(port), .redirect])
        }
    }

    private func addInput(to table: inout TableWriter) {
        table.addChain("input", type: "filter", hook: .input, priority: -1)
        // IPS_DST_NAT.
        let isRedirected: [RuleExpression] = [.loadConnectionStatus, .mask(1 << 5), .isNotZero]
        table.addRule(in: "input", toPort(port) + isRedirected + [.accept])
        table.addRule(in: "input", toPort(port) + [.count(Self.refused), .drop])
    }

    private var toIPv4: [RuleExpression] {
        [.load(.networkProtocol), .equals([2]), .loadBytes(.network, offset: 16, count: 4)]
            + [.equals(Self.octets(MetadataAddress.ipv4, AF_INET, 4))]
    }

    private var toIPv6: [RuleExpression] {
        [.load(.networkProtocol), .equals([10]), .loadBytes(.network, offset: 24, count: 16)]
            + [.equals(Self.octets(MetadataAddress.ipv6, AF_INET6, 16))]
    }

    private func toPort(_ port: UInt16) -> [RuleExpression] {
        [.load(.transportProtocol), .equals([UInt8(IPPROTO_TCP)])]
            + [.loadBytes(.transport, offset: 2, count: 2), .equals(port.bigEndianBytes)]
    }

    private static func octets(_ address: String, _ family: Int32, _ count: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        inet_pton(family, address, &octets)
        return octets
    }
}
