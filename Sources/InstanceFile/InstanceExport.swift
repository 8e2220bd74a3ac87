import Foundation
import InstanceModel

extension Export {
    func instance(_ instance: Instance) -> Written {
        var fields = FieldList()
        writeIdentity(of: instance, to: &fields)
        writeBoot(of: instance, to: &fields)
        writeData(of: instance, to: &fields)
        fields.list("ports", ports(instance))
        fields.list("devices", instance.devices.map(device))
        fields.list("dedicated_cpus", instance.dedicatedCPUs.map(Written.number))
        return fields.written
    }

    private func writeIdentity(of instance: Instance, to fields: inout FieldList) {
        let derivedID = instance.name.map { Derived.instanceID(project: instance.projectID, name: $0) }
        let derivedHostname = instance.name.map { Derived.hostname(name: $0, id: instance.id) }
        fields.set("name", instance.name.map(Written.text) ?? .null)
        fields.text("id", instance.id.description, unless: derivedID?.description)
        fields.set("project", .text(instance.projectID))
        fields.text("hostname", instance.hostname, unless: derivedHostname)
        if instance.ec2Number > 0 { fields.set("ec2_id", .text(EC2ID.text(instance.ec2Number, prefix: "i"))) }
        fields.number("launch_index", instance.launchIndex, unless: 0)
        fields.text("reservation_id", instance.reservationID, unless: Derived.reservationID(of: instance.id))
        fields.text("availability_zone", instance.availabilityZone, unless: "nova")
        fields.text("instance_type", instance.instanceType)
        fields.list("security_groups", (instance.securityGroups ?? []).map(Written.text))
    }

    private func writeBoot(of instance: Instance, to fields: inout FieldList) {
        let images = [
            ("image", instance.image, "ami"), ("kernel", instance.kernel, "aki"), ("ramdisk", instance.ramdisk, "ari"),
        ]
        for (name, image, prefix) in images {
            if let image { fields.set(name, written(image, prefix: prefix)) }
        }
        fields.text("root_device", instance.rootDeviceName, unless: "/dev/vda")
        fields.text("ephemeral_device", instance.defaultEphemeralDevice)
        fields.text("swap_device", instance.defaultSwapDevice)
        fields.list("block_devices", instance.blockDevices.map(blockDevice))
        let roles = instance.bootRoles.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        fields.list("boot_roles", instance.bootRoles.isEmpty ? [] : roles.map(Written.text))
    }

    private func writeData(of instance: Instance, to fields: inout FieldList) {
        if let pair = instance.keyPair { fields.set("key_pair", keyPair(pair)) }
        fields.text("key_name", instance.keyName, unless: instance.keyPair?.name)
        fields.text("key_data", instance.keyData, unless: instance.keyPair?.publicKey)
        let metadata = distinct(instance.metadata)
        if !metadata.isEmpty { fields.set("metadata", .fields(metadata.map { ($0.key, .text($0.value)) })) }
        if let userData = instance.userData { writeUserData(userData, to: &fields) }
        fields.text("password", instance.password, unless: "")
    }

    /// As text if that keeps every byte and is fit to be read.
    private func writeUserData(_ bytes: [UInt8], to fields: inout FieldList) {
        let readable: (Unicode.Scalar) -> Bool = { $0.isLiteral || $0 == "\n" || $0 == "\r" || $0 == "\t" }
        if let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(readable) {
            fields.set("user_data", .text(text))
        } else {
            fields.set("user_data_base64", .text(Data(bytes).base64EncodedString()))
        }
    }

    /// Of two equal keys the first keeps its place and the last its value, as the documents have it.
    private func distinct(_ metadata: [MetadataItem]) -> [MetadataItem] {
        let values = Dictionary(metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        var present: Set<String> = []
        return metadata.filter { present.insert($0.key).inserted }
            .map { MetadataItem(key: $0.key, value: values[$0.key] ?? $0.value) }
    }

    private func written(_ image: BootImage, prefix: String) -> Written {
        guard image.ec2Number > 0 else { return .text(image.id) }
        return .fields([("id", .text(image.id)), ("ec2_id", .text(EC2ID.text(image.ec2Number, prefix: prefix)))])
    }

    private func keyPair(_ pair: KeyPair) -> Written {
        var fields = FieldList()
        fields.set("name", .text(pair.name))
        fields.text("type", pair.type, unless: "ssh")
        fields.set("public_key", .text(pair.publicKey))
        return fields.written
    }

    private func blockDevice(_ device: BlockDevice) -> Written {
        var fields = FieldList()
        fields.text("device", device.deviceName)
        fields.set("source", .text(device.sourceType))
        fields.set("destination", .text(device.destinationType))
        fields.text("format", device.guestFormat)
        return fields.written
    }

    private func ports(_ instance: Instance) -> [Written] {
        var ordinals: [NetworkID?: Int] = [:]
        return instance.ports.map { port in
            let ordinal = ordinals[port.network?.id, default: 0]
            ordinals[port.network?.id] = ordinal + 1
            return self.port(port, Derived.portID(of: instance.id, on: port.network?.id, ordinal: ordinal))
        }
    }

    private func port(_ port: InstanceModel.Port, _ derivedID: PortID) -> Written {
        var fields = FieldList()
        fields.set("network", port.network.map { .text(reference($0.id)) } ?? .null)
        let addresses = port.fixedIPs
        if addresses.count == 1, addresses[0].floatingIPs.isEmpty {
            fields.set("ip", .text(addresses[0].address))
        } else {
            fields.list("ips", addresses.map(address))
        }
        fields.text("mac", port.macAddress?.description, unless: Derived.macAddress(of: port.id).description)
        fields.text("id", port.id.description, unless: derivedID.description)
        fields.text("type", port.type, unless: "ovs")
        fields.text("device", port.deviceName, unless: Derived.deviceName(of: port.id))
        return fields.written
    }

    private func address(_ fixedIP: FixedIP) -> Written {
        if fixedIP.floatingIPs.isEmpty { return .text(fixedIP.address) }
        return .fields([("address", .text(fixedIP.address)), ("floating", .texts(fixedIP.floatingIPs))])
    }

    private func device(_ device: Device) -> Written {
        var fields = FieldList()
        switch device.kind {
        case .nic(let mac, let vlan, let trusted):
            fields.set("type", .text("nic"))
            fields.text("mac", mac)
            fields.number("vlan", vlan)
            fields.bool("trusted", trusted)
        case .disk(let serial, let path):
            fields.set("type", .text("disk"))
            fields.recorded("serial", serial)
            fields.recorded("path", path)
        case .share(let shareID, let tag):
            fields.set("type", .text("share"))
            fields.text("share_id", shareID)
            fields.text("tag", tag)
        }
        fields.text("bus", device.bus?.kind.rawValue)
        fields.text("address", device.bus?.address)
        if let tags = device.tags { fields.set("tags", .texts(tags)) }
        return fields.written
    }
}

extension FieldList {
    fileprivate mutating func recorded(_ name: String, _ value: Device.Recorded) {
        switch value {
        case .absent: break
        case .null: set(name, .null)
        case .text(let text): set(name, .text(text))
        }
    }
}
