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

    /// Installs the table, replacing one of an earlier run in the same transaction. Blocks for some milliseconds,
    /// which the kernel spends waiting.
    /// - Throws: ``NamespaceError``: `noSuchNamespace`, `notPermitted` without CAP_SYS_ADMIN and CAP_NET_ADMIN.
    public func install() throws(NamespaceError) {
        try Self.apply(MetadataTable(port: port).installation, in: namespace)
    }

    /// Removes the table if it is there.
    public func remove() throws(NamespaceError) {
        try Self.apply(MetadataTable.removal, in: namespace)
    }

    /// What nft(8) says the table has counted.
    /// - Throws: ``NamespaceError``: `toolMissing`, or `failed` when there is no such table.
    public func counters() throws(NamespaceError) -> Counters {
        let output = try nft(["-j", "list", "counters", "table", "inet", MetadataTable.name])
        guard let listing = try? JSONDecoder().decode(Listing.self, from: Data(output.utf8)) else {
            throw NamespaceError(.failed, "Expected counters as JSON from nft in \(namespace), found: \(output)")
        }
        let packets = listing.packets
        var counters = Counters()
        counters.redirectedIPv4 = packets[MetadataTable.redirectedIPv4] ?? 0
        counters.redirectedIPv6 = packets[MetadataTable.redirectedIPv6] ?? 0
        counters.refused = packets[MetadataTable.refused] ?? 0
        return counters
    }

    /// On a thread of its own: the caller's may belong to a pool.
    private static func apply(_ transaction: [UInt8], in namespace: String) throws(NamespaceError) {
        let thread = try NamespaceThread()
        defer { thread.close() }
        try thread.performAndWait(in: namespace) { _ throws(NamespaceError) in try MetadataTable.apply(transaction) }
    }

    private func nft(_ arguments: [String]) throws(NamespaceError) -> String {
        guard let path = Executable.path(of: "nft") else {
            throw NamespaceError(.toolMissing, "The program “nft” is not installed; Debian's package is nftables.")
        }
        let result = try NamespaceCommand([path] + arguments, in: namespace).run()
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
