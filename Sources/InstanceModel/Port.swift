/// An instance's network interface: the port Neutron would have, with the part of its network that it touches.
public struct Port: Hashable, Sendable, Codable {
    public var id: PortID
    /// Nil only in records of other systems; the import format always sets one.
    public var macAddress: MACAddress?
    /// Nova's VIF type, such as `ovs` or `bridge`; nil or unknown types show as `phy`.
    public var type: String?
    /// Host-side device, `tap…`; shown as the link's `id`.
    public var deviceName: String?
    /// Nil for an interface without a network, which the documents skip (contract §6).
    public var network: PortNetwork?

    public init(
        id: PortID, macAddress: MACAddress? = nil, type: String? = nil, deviceName: String? = nil,
        network: PortNetwork? = nil
    ) {
        self.id = id
        self.macAddress = macAddress
        self.type = type
        self.deviceName = deviceName
        self.network = network
    }

    /// Every fixed address, in stored order.
    public var fixedIPs: [FixedIP] {
        network?.subnets.flatMap(\.fixedIPs) ?? []
    }
}

/// A network as one port sees it: only the subnets that the port has addresses in.
public struct PortNetwork: Hashable, Sendable, Codable {
    public var id: NetworkID
    public var mtu: Int?
    public var injected: Bool
    public var subnets: [PortSubnet]

    public init(id: NetworkID, mtu: Int? = nil, injected: Bool = false, subnets: [PortSubnet] = []) {
        self.id = id
        self.mtu = mtu
        self.injected = injected
        self.subnets = subnets
    }

    /// The view a port with these addresses has of `network`. A subnet appears when it holds at least one of the
    /// addresses; an address outside every subnet is left out.
    public init(_ network: Network, fixedIPs: [FixedIP]) {
        let subnets: [PortSubnet] = network.subnets.compactMap { subnet in
            guard let range = CIDR(subnet.cidr) else { return nil }
            let inside = fixedIPs.filter { fixedIP in IPAddress(fixedIP.address).map(range.contains) ?? false }
            return inside.isEmpty ? nil : PortSubnet(subnet: subnet, fixedIPs: inside)
        }
        self.init(id: network.id, mtu: network.mtu, injected: network.injected, subnets: subnets)
    }
}

/// A subnet and the addresses that one port has in it.
public struct PortSubnet: Hashable, Sendable, Codable {
    public var subnet: Subnet
    public var fixedIPs: [FixedIP]

    public init(subnet: Subnet, fixedIPs: [FixedIP]) {
        self.subnet = subnet
        self.fixedIPs = fixedIPs
    }
}

/// An address of a port and the floating addresses that lead to it, as text.
public struct FixedIP: Hashable, Sendable, Codable {
    public var address: String
    public var floatingIPs: [String]

    public init(address: String, floatingIPs: [String] = []) {
        self.address = address
        self.floatingIPs = floatingIPs
    }
}
