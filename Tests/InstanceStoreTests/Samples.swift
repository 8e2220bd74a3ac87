import InstanceModel
import InstanceStore

/// Two networks with the same addresses, each behind a router of its own, and a third without router.
enum Sample {
    static let blue = Network(
        id: id(1), name: "blue", mtu: 1450, serviceProvider: "lb-1",
        subnets: [Subnet(cidr: "10.0.0.0/24", gateway: "10.0.0.1"), Subnet(cidr: "2001:db8::/64")])
    static let green = Network(id: id(2), name: "green", subnets: [Subnet(cidr: "10.0.0.0/24")])
    static let island = Network(id: id(3), name: "island", subnets: [Subnet(cidr: "10.9.0.0/24")])
    static let blueRouter = Router(id: id(11), name: "blue-router", networks: [blue.id])
    static let greenRouter = Router(id: id(12), name: "green-router", networks: [green.id])
    static let topology = Catalogue(networks: [blue, green, island], routers: [blueRouter, greenRouter])

    static func id<Entity>(_ number: UInt64) -> Identifier<Entity> {
        Identifier(high: 0x4000, low: 0x8000_0000_0000_0000 | number)
    }

    static func port(_ number: UInt64, on network: Network, _ addresses: String..., mac: UInt64? = nil) -> Port {
        Port(
            id: id(1000 + number), macAddress: MACAddress(value: mac ?? 0xFA16_3E00_0000 | number), type: "ovs",
            network: PortNetwork(network, fixedIPs: addresses.map { FixedIP(address: $0) }))
    }

    static func instance(_ number: UInt64, name: String? = nil, ports: [Port] = []) -> Instance {
        var instance = Instance(id: id(100 + number), projectID: "demo")
        instance.name = name ?? "web-\(number)"
        instance.ports = ports
        return instance
    }

    /// The topology and these instances.
    static func catalogue(_ instances: Instance...) -> Catalogue {
        var catalogue = topology
        catalogue.instances = instances
        return catalogue
    }

    static func address(_ text: String) -> IPAddress {
        IPAddress(text) ?? IPAddress(v4: 0)
    }
}

extension InstanceStore {
    /// The instances among the owners.
    func instances(at origin: Origin) async throws -> [InstanceID] {
        try await owners(at: origin)?.compactMap(\.instance) ?? []
    }
}
