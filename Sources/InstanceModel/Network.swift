/// A tenant network: what its instances are told about it, and the scope their requests come from.
///
/// Source of the fields: contract nova.md §10.3, `network_info`.
public struct Network: Hashable, Sendable, Codable {
    public var id: NetworkID
    public var name: String
    /// Octets; nil when the documents are to show `null`.
    public var mtu: Int?
    /// Nova's `flat_injected`: the interface appears in `network_config` (§5.6).
    public var injected: Bool
    /// The id by which a load balancer in provider mode names this network (§2.3); nil for none.
    public var serviceProvider: String?
    /// In the order the documents list them.
    public var subnets: [Subnet]

    public init(
        id: NetworkID, name: String, mtu: Int? = nil, injected: Bool = false, serviceProvider: String? = nil,
        subnets: [Subnet] = []
    ) {
        self.id = id
        self.name = name
        self.mtu = mtu
        self.injected = injected
        self.serviceProvider = serviceProvider
        self.subnets = subnets
    }
}

/// One address range of a network. Addresses are kept as text because the documents show them as they were written.
public struct Subnet: Hashable, Sendable, Codable {
    /// `address/prefix length`; host bits may be set and are cleared where the documents need a network address.
    public var cidr: String
    public var gateway: String?
    public var dns: [String]
    public var routes: [HostRoute]
    public var enableDHCP: Bool
    /// The address of a DHCP agent's port. Its presence hides the MTU (contract §6).
    public var dhcpServer: String?
    /// `slaac`, `dhcpv6-stateful` or `dhcpv6-stateless`; nil for IPv4 and for static IPv6.
    public var ipv6AddressMode: String?

    public init(
        cidr: String, gateway: String? = nil, dns: [String] = [], routes: [HostRoute] = [], enableDHCP: Bool = false,
        dhcpServer: String? = nil, ipv6AddressMode: String? = nil
    ) {
        self.cidr = cidr
        self.gateway = gateway
        self.dns = dns
        self.routes = routes
        self.enableDHCP = enableDHCP
        self.dhcpServer = dhcpServer
        self.ipv6AddressMode = ipv6AddressMode
    }
}

/// A route that the subnet hands to its instances.
public struct HostRoute: Hashable, Sendable, Codable {
    /// Destination, `address/prefix length`.
    public var cidr: String
    public var gateway: String

    public init(cidr: String, gateway: String) {
        self.cidr = cidr
        self.gateway = gateway
    }
}

/// A router and the networks it has an interface on: requests that arrive in its namespace come from one of them.
public struct Router: Hashable, Sendable, Codable {
    public var id: RouterID
    public var name: String
    public var networks: [NetworkID]

    public init(id: RouterID, name: String, networks: [NetworkID]) {
        self.id = id
        self.name = name
        self.networks = networks
    }
}
