import InstanceModel

extension Lab {
    /// Many tenants who all chose the same addresses: each network has a router at 10.0.0.1, and instances at 10.0.0.10
    /// and up. Ids and MAC addresses follow from the numbers, so that two calls give the same.
    /// - Parameters:
    ///   - networks: how many networks; up to about 10 000.
    ///   - instances: how many instances on each, 0…60 000.
    public static func scaled(networks: Int, instances: Int) -> Catalogue {
        var catalogue = Catalogue()
        for number in 1...max(1, networks) {
            let network = network(number)
            catalogue.networks.append(network)
            catalogue.routers.append(
                Router(id: derivedID(.router, number, 0), name: "router-\(number)", networks: [network.id]))
            for place in 0..<max(0, instances) {
                catalogue.instances.append(instance(number, place: place, on: network))
            }
        }
        return catalogue
    }

    private enum Entity: UInt64 { case network = 1, router, instance, port, project }

    private static func network(_ number: Int) -> Network {
        Network(
            id: derivedID(.network, number, 0), name: "network-\(number)", mtu: 1500,
            subnets: [Subnet(cidr: "10.0.0.0/16", gateway: "10.0.0.1", enableDHCP: true)])
    }

    private static func instance(_ number: Int, place: Int, on network: Network) -> Instance {
        let host = UInt32(10 + place)
        let project: Identifier<Instance> = derivedID(.project, number, 0)
        var instance = Instance(
            id: derivedID(.instance, number, place),
            projectID: project.description.replacing("-", with: ""))
        instance.name = "instance-\(number)-\(place + 1)"
        instance.hostname = instance.name
        let port: PortID = derivedID(.port, number, place)
        let fixedIP = FixedIP(address: IPAddress(v4: 10 << 24 | host).description)
        instance.ports = [
            Port(
                id: port, macAddress: port.derivedMAC, type: "ovs", deviceName: "tap\(port.prefix)",
                network: PortNetwork(network, fixedIPs: [fixedIP]))
        ]
        return instance
    }

    /// A version 4 UUID in form.
    private static func derivedID<T>(_ entity: Entity, _ number: Int, _ place: Int) -> Identifier<T> {
        let seed = entity.rawValue << 48 ^ UInt64(number) << 24 ^ UInt64(place)
        return Identifier(
            high: scrambled(seed) & ~0xF000 | 0x4000, low: scrambled(~seed) & ~(3 << 62) | 1 << 63)
    }
}
