import InstanceModel

extension JSONText {
    /// `devices` as a further member of `meta_data.json`, in the form of a version (contract nova.md §5.4).
    mutating func writeDeviceList(_ devices: [Device], _ version: OpenStackVersion) {
        resumeObject()
        key("devices")
        array(devices) { $0.writeDevice($1, version) }
    }

    /// Writes nothing when an earlier version's list would be the same.
    mutating func writeDeviceList(
        _ devices: [Device], _ version: OpenStackVersion, unlessSameAs earlier: OpenStackVersion
    ) {
        var before = JSONText()
        var now = JSONText()
        before.writeDeviceList(devices, earlier)
        now.writeDeviceList(devices, version)
        if now.bytes != before.bytes { append(now) }
    }

    private mutating func writeDevice(_ device: Device, _ version: OpenStackVersion) {
        switch device.kind {
        case .nic(let mac, let vlan, let trusted):
            let vlan = version >= .v2017_02_22 ? vlan : nil
            let trusted = version >= .v2018_08_27 ? trusted ?? false : nil
            guard device.tags != nil || vlan != nil || trusted != nil else { return }
            object { $0.writeInterface(device, mac: mac, vlan: vlan, trusted: trusted) }
        case .disk(let serial, let path):
            object { $0.writeDisk(device, serial: serial, path: path) }
        case .share(let shareID, let tag):
            guard version >= .v2025_04_04 else { return }
            object { $0.writeShare(device, shareID: shareID, tag: tag) }
        }
    }

    private mutating func writeInterface(_ device: Device, mac: String, vlan: Int?, trusted: Bool?) {
        if let vlan { member("vlan", vlan) }
        if let trusted {
            key("vf_trusted")
            boolean(trusted)
        }
        member("type", "nic")
        member("mac", MACAddress(mac)?.description ?? mac)
        writePlace(device)
    }

    private mutating func writeDisk(_ device: Device, serial: Device.Recorded, path: Device.Recorded) {
        member("type", "disk")
        recorded("serial", serial)
        recorded("path", path)
        writePlace(device)
    }

    private mutating func writeShare(_ device: Device, shareID: String, tag: String) {
        member("type", "share")
        member("share_id", shareID)
        member("tag", tag)
        writePlace(device)
    }

    private mutating func recorded(_ name: String, _ value: Device.Recorded) {
        switch value {
        case .absent: break
        case .null: member(name, String?.none)
        case .text(let text): member(name, text)
        }
    }

    /// Where the device sits, and its tags: the end of every device.
    private mutating func writePlace(_ device: Device) {
        let address = device.bus?.kind == .pci ? device.bus?.address?.lowercased() : device.bus?.address
        member("bus", device.bus?.kind.rawValue ?? "none")
        member("address", address ?? "none")
        guard let tags = device.tags else { return }
        key("tags")
        array(tags) { $0.string($1) }
    }
}
