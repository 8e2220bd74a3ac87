import Foundation

/// The nftables table `metapath` of a router's namespace: it leads the guests' metadata connections to our port and
/// keeps everything else away from it, without touching Neutron's chains (contract neutron.md §1.1, §8.2).
public struct MetadataRedirect: Sendable {
    public var namespace: String
    /// Where the router's listener is.
    public var port: UInt16

    public init(namespace: String, port: UInt16 = MetadataAddress.redirectPort) {
        self.namespace = namespace
        self.port = port
    }

    /// Connections redirected and packets refused since the table was installed.
    public struct Counters: Sendable, Equatable {
        public var redirectedIPv4 = 0
        public var redirectedIPv6 = 0
        /// Packets for our port that did not come by way of the metadata address.
        public var refused = 0

        public init() {}
    }

    /// Installs the table, replacing one of an earlier run in the same transaction.
    public func install() throws(NamespaceError) {
        _ = try nft(["-f", "-"], input: ruleset)
    }

    /// Removes the table if it is there.
    public func remove() throws(NamespaceError) {
        _ = try nft(["-f", "-"], input: Self.emptied)
    }

    public func counters() throws(NamespaceError) -> Counters {
        let output = try nft(["-j", "list", "counters", "table", "inet", "metapath"])
        guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(output.utf8)) else {
            throw NamespaceError(.failed, "Expected counters as JSON from nft in \(namespace), found: \(output)")
        }
        let packets = listing.packets
        var counters = Counters()
        counters.redirectedIPv4 = packets["redirected-ipv4"] ?? 0
        counters.redirectedIPv6 = packets["redirected-ipv6"] ?? 0
        counters.refused = packets["refused"] ?? 0
        return counters
    }

    /// Deleting a table that is not there is an error, and so is adding a chain twice.
    private static let emptied = "add table inet metapath\ndelete table inet metapath\n"

    /// Before Neutron's chains, which are at the standard priorities. `ct status dnat` is true only of connections that
    /// a NAT rule has led here. What is not redirected is never routed out.
    var ruleset: String {
        Self.emptied + """
            table inet metapath {
                counter redirected-ipv4 { }
                counter redirected-ipv6 { }
                counter refused { }
                chain prerouting {
                    type nat hook prerouting priority -101; policy accept;
                    iifname "qr-*" ip daddr \(MetadataAddress.ipv4) tcp dport \(MetadataAddress.port) \
            counter name "redirected-ipv4" redirect to :\(port)
                    iifname "qr-*" ip6 daddr \(MetadataAddress.ipv6) tcp dport \(MetadataAddress.port) \
            counter name "redirected-ipv6" redirect to :\(port)
                }
                chain input {
                    type filter hook input priority -1; policy accept;
                    tcp dport \(port) ct status dnat accept
                    tcp dport \(port) counter name "refused" drop
                }
                chain forward {
                    type filter hook forward priority -1; policy accept;
                    ip daddr \(MetadataAddress.ipv4) drop
                }
            }

            """
    }

    private func nft(_ arguments: [String], input: String = "") throws(NamespaceError) -> String {
        guard let path = Executable.path(of: "nft") else {
            throw NamespaceError(.toolMissing, "The program “nft” is not installed; Debian's package is nftables.")
        }
        let result = try NamespaceCommand([path] + arguments, in: namespace, input: input).run()
        guard result.status == 0 else {
            let command = (["nft"] + arguments).joined(separator: " ")
            throw NamespaceError(
                .failed,
                "`\(command)` in \(namespace) ended with status \(result.status): \(result.errors)"
                    + "It needs root and the kernel's nf_tables with NAT.")
        }
        return result.output
    }
}

/// What `nft -j list counters` prints, as far as we read it.
private struct Listing: Decodable {
    struct Item: Decodable {
        struct Counter: Decodable {
            var name: String
            var packets: Int
        }
        var counter: Counter?
    }
    var nftables: [Item]

    var packets: [String: Int] {
        Dictionary(nftables.compactMap(\.counter).map { ($0.name, $0.packets) }, uniquingKeysWith: { $1 })
    }
}
