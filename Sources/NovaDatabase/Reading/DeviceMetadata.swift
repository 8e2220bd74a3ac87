import InstanceModel
import MetadataDocuments

/// `instance_extra.device_metadata`: the tagged devices (contract nova.md §5.4, §10.3).
enum DeviceMetadata {
    static func devices(_ text: [UInt8]?) throws(BlobError) -> [Device] {
        guard let text, !text.isEmpty else { return [] }
        let list = try JSONValue.blob(text)
        guard list != .null else { return [] }
        guard let devices = list.novaData?["devices"] else {
            throw BlobError(description: "expected a serialised list of devices")
        }
        return devices.items.compactMap(device)
    }

    /// Nil for a device that Nova does not show: of a class or on a bus that it does not know.
    private static func device(_ found: JSONValue) -> Device? {
        guard let data = found.novaData, let kind = kind(found.novaName, data) else { return nil }
        var bus: Device.Bus?
        if let foundBus = data["bus"] {
            guard let kind = foundBus.novaName.flatMap({ buses[$0] }) else { return nil }
            bus = Device.Bus(kind: kind, address: foundBus.novaData?["address"]?.text)
        }
        return Device(kind: kind, bus: bus, tags: data["tags"].map { $0.items.compactMap(\.text) })
    }

    private static func kind(_ name: String?, _ data: JSONValue) -> Device.Kind? {
        switch name {
        case "NetworkInterfaceMetadata":
            .nic(
                mac: data["mac"]?.text ?? "", vlan: data["vlan"]?.number, trusted: data["vf_trusted"].map(\.isTruthy))
        case "DiskMetadata":
            .disk(serial: recorded("serial", data), path: recorded("path", data))
        case "ShareMetadata":
            .share(shareID: data["share_id"]?.text ?? "", tag: data["tag"]?.text ?? "")
        default:
            nil
        }
    }

    private static func recorded(_ key: String, _ data: JSONValue) -> Device.Recorded {
        guard data.has(key) else { return .absent }
        return data[key]?.text.map { .text($0) } ?? .null
    }

    private static let buses: [String: Device.Bus.Kind] = [
        "PCIDeviceBus": .pci, "USBDeviceBus": .usb, "SCSIDeviceBus": .scsi, "IDEDeviceBus": .ide,
        "XenDeviceBus": .xen,
    ]
}
