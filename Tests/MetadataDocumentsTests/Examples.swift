import InstanceModel

extension Instance {
    static let exampleID = InstanceID(high: 0x1111_1111_1111_4111, low: 0x8111_1111_1111_1111)

    /// Nothing but what every instance has.
    static func minimal() -> Instance {
        Instance(id: exampleID, projectID: "proj1", ec2Number: 1)
    }

    /// The instance of contract nova.md §12.
    static func example() -> Instance {
        var instance = minimal()
        instance.name = "Tést \"1\""
        instance.hostname = "test-1"
        instance.image = BootImage(id: "155d900f-4e14-4e4c-a73d-069cbf4541e6", ec2Number: 1)
        instance.launchIndex = 0
        instance.reservationID = "r-abcdefgh"
        instance.availabilityZone = "nova"
        instance.instanceType = "m1.small"
        instance.keyName = "mykey"
        instance.keyData = "ssh-rsa AAAAB3Nza== me@host\n"
        instance.keyPair = KeyPair(name: "mykey", publicKey: "ssh-rsa AAAAB3Nza== me@host\n")
        instance.metadata = [MetadataItem(key: "role", value: "web"), MetadataItem(key: "k2", value: "vé")]
        instance.userData = Array("#!/bin/sh\necho hé\n".utf8)
        instance.bootRoles = "member,reader"
        instance.rootDeviceName = "/dev/vda"
        instance.blockDevices = [
            BlockDevice(deviceName: "/dev/vda", sourceType: "image", destinationType: "local"),
            BlockDevice(deviceName: "/dev/vdb", sourceType: "blank", destinationType: "local"),
            BlockDevice(deviceName: "/dev/vdc", sourceType: "blank", destinationType: "local", guestFormat: "swap"),
            BlockDevice(deviceName: "/dev/vde", sourceType: "volume", destinationType: "volume"),
            BlockDevice(deviceName: "/dev/vdd", sourceType: "volume", destinationType: "volume"),
        ]
        instance.devices = exampleDevices
        instance.dedicatedCPUs = [0, 1, 3, 4]
        instance.securityGroups = ["default", "sg2"]
        instance.ports = [.example([.example("192.168.1.0/24", ["192.168.1.100"])])]
        return instance
    }

    private static let exampleDevices = [
        Device(
            kind: .nic(mac: "fa:16:3e:9c:bf:3d", vlan: 1000, trusted: true),
            bus: Device.Bus(kind: .pci, address: "0000:00:03.0"), tags: ["nic1"]),
        Device(
            kind: .nic(mac: "fa:16:3e:9c:bf:3e", vlan: nil, trusted: nil),
            bus: Device.Bus(kind: .pci, address: "0000:00:04.0")),
        Device(
            kind: .disk(serial: .text("ser1"), path: .text("/dev/sdb")),
            bus: Device.Bus(kind: .scsi, address: "0:0:0:1"), tags: ["db"]),
        Device(
            kind: .disk(serial: .absent, path: .absent), bus: Device.Bus(kind: .usb, address: "0:0"), tags: ["db"]),
        Device(kind: .share(shareID: "ca3c176e-fd5a-438b-b595-e18a358f6909", tag: "my_share")),
    ]
}

extension Port {
    static func example(_ subnets: [PortSubnet], mtu: Int? = 1450, injected: Bool = false) -> Port {
        Port(
            id: PortID(high: 0xcd9f_6d46_4a3a_43ab, low: 0xa466_994a_f9db_96fc),
            macAddress: MACAddress("fa:16:3e:9c:bf:3d"), type: "ovs", deviceName: "tapcd9f6d46-4a",
            network: PortNetwork(
                id: NetworkID(high: 0x99e8_8329_f20d_4741, low: 0x9593_25bf_0784_7b16), mtu: mtu, injected: injected,
                subnets: subnets))
    }
}

extension PortSubnet {
    /// A subnet without gateway, name servers, routes or DHCP, until `change` gives it some.
    static func example(_ cidr: String, _ addresses: [String], _ change: (inout Subnet) -> Void = { _ in }) -> Self {
        var subnet = Subnet(cidr: cidr)
        change(&subnet)
        return PortSubnet(subnet: subnet, fixedIPs: addresses.map { FixedIP(address: $0) })
    }
}
