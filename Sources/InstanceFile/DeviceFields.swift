import InstanceModel

/// A tagged device as it was read; `type` decides which of the fields it may have.
struct DeviceDraft {
    var type = ""
    var mac = MACAddress(value: 0)
    var vlan: Int?
    var trusted: Bool?
    var serial = Given<String>.absent
    var path = Given<String>.absent
    var shareID = ""
    var shareTag = ""
    var bus: Device.Bus.Kind?
    var address: String?
    var tags: [String]?

    static let expectedTypes = "one of nic, disk, share"
    static let tables = ["nic": nicFields, "disk": diskFields, "share": shareFields]

    static let nicFields = FieldTable(
        commonFields + [
            Field("mac", \.mac, required: "a MAC address such as fa:16:3e:9c:bf:3d") { $0.macAddress($1) },
            Field("vlan", \.vlan) { $0.integer($1, 0...4095) },
            Field("trusted", \.trusted) { $0.boolean($1) },
        ])

    static let diskFields = FieldTable(
        commonFields + [
            Field(nullable: "serial", \.serial) { $0.text($1) },
            Field(nullable: "path", \.path) { $0.text($1) },
        ])

    static let shareFields = FieldTable(
        commonFields + [
            Field("share_id", \.shareID, required: "the share's id") { $0.text($1) },
            Field("tag", \.shareTag, required: "the tag the share is mounted by") { $0.text($1) },
        ])

    private static let commonFields: [Field<DeviceDraft>] = [
        Field("type", \.type) { $0.text($1) },
        Field("bus", \.bus) { reader, value in
            reader.choice(value, Device.Bus.Kind.allCases.map(\.rawValue)).flatMap(Device.Bus.Kind.init)
        },
        Field("address", \.address) { $0.text($1) },
        Field("tags", \.tags) { $0.texts($1) },
    ]

    private var kind: Device.Kind {
        switch type {
        case "nic": .nic(mac: mac.description, vlan: vlan, trusted: trusted)
        case "disk": .disk(serial: serial.recorded, path: path.recorded)
        default: .share(shareID: shareID, tag: shareTag)
        }
    }

    var device: Device {
        Device(kind: kind, bus: bus.map { Device.Bus(kind: $0, address: address) }, tags: tags)
    }
}

extension FileReader {
    func device(_ value: FileValue) -> Device? {
        guard value.isMapping else {
            refuse(value, expected: "a mapping with type, bus, address, …")
            return nil
        }
        guard value.has("type") else {
            refuse(value.field("type"), expected: DeviceDraft.expectedTypes, found: "nothing")
            return nil
        }
        guard let table = scalar(value.field("type"), DeviceDraft.expectedTypes, { DeviceDraft.tables[$0] }) else {
            return nil
        }
        guard let draft = record(value, DeviceDraft(), by: table) else { return nil }
        if draft.address != nil, draft.bus == nil {
            refuse(value.field("bus"), expected: "the bus that the address is on", found: "nothing")
        }
        return draft.device
    }
}

extension Given<String> {
    fileprivate var recorded: Device.Recorded {
        switch self {
        case .absent: .absent
        case .null: .null
        case .value(let text): .text(text)
        }
    }
}
