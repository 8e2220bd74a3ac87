import InstanceModel

/// A port as the network documents see it: its first IPv4 and its first IPv6 subnet, whatever else it has
/// (contract nova.md §6).
struct PortView {
    let port: Port
    let network: PortNetwork
    /// Counts the ports that have a network with subnets, from 0.
    let number: Int
    let v4: SubnetView?
    let v6: SubnetView?

    /// The ports that the documents show. Those without a network or without subnets are left out and not counted.
    static func views(_ ports: [Port]) -> [PortView] {
        let connected = ports.compactMap { port in
            port.network.flatMap { $0.subnets.isEmpty ? nil : (port, $0) }
        }
        return connected.enumerated().map { PortView(port: $1.0, network: $1.1, number: $0) }
    }

    private init(port: Port, network: PortNetwork, number: Int) {
        let subnets = network.subnets.compactMap(SubnetView.init)
        self.port = port
        self.network = network
        self.number = number
        v4 = subnets.first { $0.range.address.family == .v4 }
        v6 = subnets.first { $0.range.address.family == .v6 }
    }

    /// The subnets that the port has an address in, IPv4 first.
    var addressed: [(subnet: SubnetView, address: String)] {
        [v4, v6].compactMap { subnet in
            guard let subnet, let address = subnet.address else { return nil }
            return (subnet, address)
        }
    }
}

/// A subnet with its address range read.
struct SubnetView {
    let subnet: Subnet
    let range: CIDR
    /// The port's first address in this subnet.
    let address: String?

    /// Nil for a subnet whose address range cannot be read, which the documents then leave out.
    init?(_ subnet: PortSubnet) {
        guard let range = CIDR(subnet.subnet.cidr) else { return nil }
        self.subnet = subnet.subnet
        self.range = range
        address = subnet.fixedIPs.first?.address
    }

    var gateway: String? {
        subnet.gateway.flatMap { $0.isEmpty ? nil : $0 }
    }
}
