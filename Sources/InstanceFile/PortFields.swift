import InstanceModel

/// A port as it was read.
struct PortDraft {
    let place: FileValue
    var network = Given<NetworkReference>.absent
    var ip: AddressDraft?
    var ips: [AddressDraft] = []
    var macAddress = Given<MACAddress>.absent
    var id: PortID?
    var type = Given<String>.absent
    var device = Given<String>.absent

    var addresses: [AddressDraft] { ip.map { [$0] } ?? ips }

    static let fields = FieldTable<PortDraft>([
        Field(nullable: "network", \.network, required: "the name or id of a network") { NetworkReference($0, $1) },
        Field("ip", \.ip) { $0.fixedIP($1) },
        Field("ips", \.ips) { reader, value in
            reader.list(value, of: "addresses") { reader.fixedIP($0) }
        },
        Field(nullable: "mac", \.macAddress) { $0.macAddress($1) },
        Field("id", \.id) { $0.identifier($1) },
        Field(nullable: "type", \.type) { $0.text($1) },
        Field(nullable: "device", \.device) { $0.text($1) },
    ])
}

/// A fixed address of a port and where it stands.
struct AddressDraft {
    let place: FileValue
    var fixedIP = FixedIP(address: "")

    static let fields = FieldTable<AddressDraft>([
        Field("address", \.fixedIP.address, required: "an IPv4 or IPv6 address") { $0.address($1) },
        Field("floating", \.fixedIP.floatingIPs) { reader, value in
            reader.list(value, of: "addresses") { reader.address($0) }
        },
    ])
}

extension FileReader {
    /// The address alone, or a mapping with its floating addresses.
    fileprivate func fixedIP(_ value: FileValue) -> AddressDraft? {
        guard value.isMapping else {
            return address(value).map { AddressDraft(place: value, fixedIP: FixedIP(address: $0)) }
        }
        return record(value, AddressDraft(place: value), by: AddressDraft.fields)
    }
}
