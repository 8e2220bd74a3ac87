import InstanceModel
import MetadataDocuments

/// A device of a namespace and its addresses, as `ip -j address` lists them.
struct NetworkDevice: Sendable, Equatable {
    struct Address: Sendable, Equatable {
        var address: IPAddress
        var prefixLength: Int
        /// Duplicate address detection is not over: nobody may use it yet.
        var isTentative = false
        /// Somebody else has it: it is never used.
        var isDuplicate = false

        /// Nil for an address alone, and for a link-local one, whose subnet every link has.
        var subnet: CIDR? {
            guard prefixLength < address.bitWidth, !address.isLinkLocalIPv6 else { return nil }
            return CIDR("\(address)/\(prefixLength)")
        }

        var isUsable: Bool { !isTentative && !isDuplicate }
    }

    struct Peer: Sendable, Equatable {
        var index: Int
        var namespaceNumber: Int
    }

    var name: String
    /// The kernel's number of it in its namespace.
    var index: Int
    /// Of a cable, its other end: the device's number, and the kernel's number of the namespace that it is in.
    var peer: Peer?
    /// The bridge or switch that it is a port of.
    var master: String?
    var macAddress: MACAddress?
    /// Octets.
    var mtu: Int
    var isUp: Bool
    var addresses: [Address]

    /// - Throws: ``LookFailure`` where it is no such listing.
    static func list(_ listing: String) throws(LookFailure) -> [NetworkDevice] {
        guard let value = try? JSONValue(parsing: Array(listing.utf8)), let items = value.items else {
            throw LookFailure("expected JSON from `ip -j address`, found: \(listing.prefix(80))")
        }
        return items.compactMap(NetworkDevice.init)
    }

    private init?(_ item: JSONValue) {
        guard let name = item["ifname"]?.text else { return nil }
        self.name = name
        index = item["ifindex"]?.number ?? 0
        master = item["master"]?.text
        if let index = item["link_index"]?.number, let number = item["link_netnsid"]?.number {
            peer = Peer(index: index, namespaceNumber: number)
        }
        macAddress = item["address"]?.text.flatMap { MACAddress($0) }
        mtu = item["mtu"]?.number ?? 0
        isUp = item["flags"]?.items?.contains(.string("UP")) ?? false
        addresses = (item["addr_info"]?.items ?? []).compactMap { info in
            guard let address = info["local"]?.text.flatMap({ IPAddress($0) }) else { return nil }
            return Address(
                address: address, prefixLength: info["prefixlen"]?.number ?? address.bitWidth,
                isTentative: info["tentative"] == .boolean(true), isDuplicate: info["dadfailed"] == .boolean(true))
        }
    }
}
