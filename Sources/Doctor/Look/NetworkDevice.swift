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
    }

    var name: String
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
