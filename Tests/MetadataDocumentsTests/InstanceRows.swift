import Foundation
import InstanceModel

/// The database rows of one recorded instance, and the instance that they describe (contract nova.md §10).
struct InstanceRows: Decodable {
    struct Row: Decodable {
        let uuid, project_id: String
        let image_ref, kernel_id, ramdisk_id, key_name, key_data, hostname, user_data, reservation_id: String?
        let display_name, availability_zone, root_device_name: String?
        let default_ephemeral_device, default_swap_device: String?
        let launch_index: Int?
    }

    struct Extra: Decodable {
        let numa_topology, flavor, keypairs, device_metadata: String?
    }

    struct Cache: Decodable { let network_info: String? }

    struct Pair: Decodable {
        let key: String
        let value: String?
        let deleted: Int
    }

    struct BlockDeviceRow: Decodable {
        let device_name, source_type, destination_type, guest_format: String?
        let deleted: Int
    }

    struct Number: Decodable {
        let id: UInt64
        let uuid: String
    }

    let name: String
    let instances: Row
    let instance_info_caches: Cache?
    let instance_extra: Extra?
    let instance_metadata, instance_system_metadata: [Pair]
    let block_device_mapping: [BlockDeviceRow]
    let instance_id_mappings, s3_images: [Number]
    let security_group_names: [String]

    struct Unreadable: Error { let what: String }

    func instance() throws -> Instance {
        guard let id = InstanceID(instances.uuid) else { throw Unreadable(what: instances.uuid) }
        var instance = Instance(
            id: id, projectID: instances.project_id, ec2Number: instance_id_mappings.first?.id ?? 0)
        fillNames(&instance)
        fillImages(&instance)
        fillStorage(&instance)
        try fillExtra(&instance)
        instance.ports = try ports()
        instance.securityGroups = security_group_names
        return instance
    }

    private func fillNames(_ instance: inout Instance) {
        instance.name = instances.display_name
        instance.hostname = instances.hostname
        instance.launchIndex = instances.launch_index
        instance.reservationID = instances.reservation_id
        instance.availabilityZone = instances.availability_zone
        instance.keyName = instances.key_name
        instance.keyData = instances.key_data
        instance.metadata = instance_metadata.filter { $0.deleted == 0 }
            .map { MetadataItem(key: $0.key, value: $0.value ?? "") }
        instance.userData = instances.user_data.flatMap {
            Data(base64Encoded: $0, options: .ignoreUnknownCharacters).map { Array($0) }
        }
        let passwords = instance_system_metadata.filter { $0.key.hasPrefix("password_") }.sorted { $0.key < $1.key }
        instance.password = passwords.map { $0.value ?? "" }.joined()
        instance.bootRoles = instance_system_metadata.first { $0.key == "boot_roles" }?.value ?? ""
    }

    private func fillImages(_ instance: inout Instance) {
        func image(_ id: String?) -> BootImage? {
            guard let id, !id.isEmpty else { return nil }
            return BootImage(id: id, ec2Number: s3_images.first { $0.uuid == id }?.id ?? 0)
        }
        instance.image = image(instances.image_ref)
        instance.kernel = image(instances.kernel_id)
        instance.ramdisk = image(instances.ramdisk_id)
    }

    private func fillStorage(_ instance: inout Instance) {
        instance.rootDeviceName = instances.root_device_name
        instance.defaultEphemeralDevice = instances.default_ephemeral_device
        instance.defaultSwapDevice = instances.default_swap_device
        instance.blockDevices = block_device_mapping.filter { $0.deleted == 0 }.map {
            BlockDevice(
                deviceName: $0.device_name, sourceType: $0.source_type ?? "",
                destinationType: $0.destination_type ?? "", guestFormat: $0.guest_format)
        }
    }

    private func fillExtra(_ instance: inout Instance) throws {
        instance.instanceType = try decode(FlavorSet.self, instance_extra?.flavor)?.cur.data.name
        instance.keyPair = try decode(NovaObject<KeyPairs>.self, instance_extra?.keypairs)?.data.objects.first
            .map { KeyPair(name: $0.data.name, type: $0.data.type, publicKey: $0.data.public_key) }
        instance.devices =
            try decode(NovaObject<Devices>.self, instance_extra?.device_metadata)?.data.devices
            .compactMap(\.device) ?? []
        instance.dedicatedCPUs =
            try decode(NovaObject<Topology>.self, instance_extra?.numa_topology)?.data.cells
            .flatMap(\.dedicated).sorted() ?? []
    }

    private func ports() throws -> [InstanceModel.Port] {
        try decode([VIF].self, instance_info_caches?.network_info)?.map { try $0.port() } ?? []
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ text: String?) throws -> Value? {
        try text.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}

/// A versioned object as Nova stores it.
struct NovaObject<Content: Decodable>: Decodable {
    let name: String
    let version: String
    let data: Content

    private enum CodingKeys: String, CodingKey {
        case name = "nova_object.name"
        case version = "nova_object.version"
        case data = "nova_object.data"
    }
}

struct FlavorSet: Decodable {
    struct Flavor: Decodable { let name: String }
    let cur: NovaObject<Flavor>
}

struct KeyPairs: Decodable {
    struct Entry: Decodable { let name, type, public_key: String }
    let objects: [NovaObject<Entry>]
}

struct Topology: Decodable {
    struct Cell: Decodable {
        let cpuset: [Int]
        let pcpuset: [Int]?
        let cpu_policy: String?
    }
    let cells: [NovaObject<Cell>]
}

extension NovaObject<Topology.Cell> {
    fileprivate var dedicated: [Int] {
        if version < "1.5", data.cpu_policy == "dedicated" { return data.cpuset }
        return version < "1.6" && data.cpu_policy == nil ? [] : data.pcpuset ?? []
    }
}

struct Devices: Decodable {
    struct Fields: Decodable {
        struct Address: Decodable { let address: String? }
        let mac: String?
        let vlan: Int?
        let vf_trusted: Bool?
        let serial, path: Device.Recorded
        let share_id, tag: String?
        let bus: NovaObject<Address>?
        let tags: [String]?

        private enum CodingKeys: String, CodingKey {
            case mac, vlan, vf_trusted, serial, path, share_id, tag, bus, tags
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            func recorded(_ key: CodingKeys) throws -> Device.Recorded {
                guard values.contains(key) else { return .absent }
                return try values.decode(String?.self, forKey: key).map(Device.Recorded.text) ?? .null
            }
            mac = try values.decodeIfPresent(String.self, forKey: .mac)
            vlan = try values.decodeIfPresent(Int.self, forKey: .vlan)
            vf_trusted = try values.decodeIfPresent(Bool.self, forKey: .vf_trusted)
            serial = try recorded(.serial)
            path = try recorded(.path)
            share_id = try values.decodeIfPresent(String.self, forKey: .share_id)
            tag = try values.decodeIfPresent(String.self, forKey: .tag)
            bus = try values.decodeIfPresent(NovaObject<Address>.self, forKey: .bus)
            tags = try values.decodeIfPresent([String].self, forKey: .tags)
        }
    }

    let devices: [NovaObject<Fields>]
}

extension NovaObject<Devices.Fields> {
    fileprivate var device: Device? {
        let kinds: [String: Device.Kind] = [
            "NetworkInterfaceMetadata": .nic(mac: data.mac ?? "", vlan: data.vlan, trusted: data.vf_trusted),
            "DiskMetadata": .disk(serial: data.serial, path: data.path),
            "ShareMetadata": .share(shareID: data.share_id ?? "", tag: data.tag ?? ""),
        ]
        guard let kind = kinds[name] else { return nil }
        guard let bus = data.bus else { return Device(kind: kind, tags: data.tags) }
        let busName = bus.name.replacingOccurrences(of: "DeviceBus", with: "").lowercased()
        return Device.Bus.Kind(rawValue: busName).map {
            Device(kind: kind, bus: Device.Bus(kind: $0, address: bus.data.address), tags: data.tags)
        }
    }
}

/// A virtual interface of `network_info`.
struct VIF: Decodable {
    struct Address: Decodable {
        let address: String?
        let floating_ips: [Address]?
    }

    struct Route: Decodable {
        let cidr: String
        let gateway: Address
    }

    struct SubnetRow: Decodable {
        struct Meta: Decodable {
            let enable_dhcp: Bool?
            let dhcp_server, ipv6_address_mode: String?
        }
        let cidr: String
        let dns: [Address]
        let gateway: Address?
        let ips: [Address]
        let routes: [Route]
        let meta: Meta
    }

    struct NetworkRow: Decodable {
        struct Meta: Decodable {
            let injected: Bool?
            let mtu: Int?
        }
        let id: String
        let subnets: [SubnetRow]
        let meta: Meta
    }

    let id: String
    let address, type, devname: String?
    let network: NetworkRow?

    func port() throws -> InstanceModel.Port {
        guard let portID = PortID(id) else { throw InstanceRows.Unreadable(what: id) }
        return InstanceModel.Port(
            id: portID, macAddress: address.flatMap { MACAddress($0) }, type: type, deviceName: devname,
            network: try network.map { try $0.portNetwork() })
    }
}

extension VIF.NetworkRow {
    fileprivate func portNetwork() throws -> PortNetwork {
        guard let networkID = NetworkID(id) else { throw InstanceRows.Unreadable(what: id) }
        return PortNetwork(
            id: networkID, mtu: meta.mtu, injected: meta.injected ?? false, subnets: subnets.map(\.portSubnet))
    }
}

extension VIF.SubnetRow {
    fileprivate var portSubnet: PortSubnet {
        let subnet = Subnet(
            cidr: cidr, gateway: gateway?.address, dns: dns.compactMap(\.address),
            routes: routes.map { HostRoute(cidr: $0.cidr, gateway: $0.gateway.address ?? "") },
            enableDHCP: meta.enable_dhcp ?? false, dhcpServer: meta.dhcp_server,
            ipv6AddressMode: meta.ipv6_address_mode)
        return PortSubnet(
            subnet: subnet,
            fixedIPs: ips.map {
                FixedIP(address: $0.address ?? "", floatingIPs: ($0.floating_ips ?? []).compactMap(\.address))
            })
    }
}
