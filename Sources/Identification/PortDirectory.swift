import InstanceModel

/// The ports of the networks that this host serves, by address and by MAC address, and the rules that make of a
/// connection's origin one port or a reason why not (contract neutron.md §0 rules 1 and 5, §8.2).
///
/// A connection's scope, the network or router of the namespace that it arrived in, comes first; an empty scope matches
/// nothing. Its source address decides; the Ethernet source of its first packet is the second factor.
public struct PortDirectory: Sendable {
    private var ports: [NetworkID: NetworkPorts] = [:]
    private var routers: [RouterID: [NetworkID]] = [:]

    public init() {}

    public var portCount: Int { ports.values.reduce(0) { $0 + $1.all.count } }
    public var networks: some Collection<NetworkID> { ports.keys }

    /// The networks of a scope; nil for a router whose networks are not known.
    public func networks(of scope: Scope) -> [NetworkID]? {
        switch scope {
        case .network(let id): [id]
        case .router(let id): routers[id]
        }
    }

    public func ports(of network: NetworkID) -> [DirectoryPort] {
        ports[network]?.all ?? []
    }

    // MARK: changing

    public mutating func setNetworks(_ networks: [NetworkID], of router: RouterID) {
        routers[router] = networks
    }

    public mutating func removeRouter(_ router: RouterID) {
        routers[router] = nil
    }

    /// All that there is in the network: what was known of it and is not among these is gone.
    public mutating func setPorts(_ found: [DirectoryPort], of network: NetworkID) {
        ports[network] = NetworkPorts(found)
    }

    /// Ports that are new or have changed. None ever goes to another network.
    public mutating func set(_ changed: [DirectoryPort]) {
        for (network, changed) in Dictionary(grouping: changed, by: \.network) {
            ports[network, default: NetworkPorts([])].set(changed)
        }
    }

    /// Everything of a network that this host does not serve any more.
    public mutating func forget(_ network: NetworkID) {
        ports[network] = nil
    }
}

extension PortDirectory {
    /// The port that a connection comes from.
    /// - Parameters:
    ///   - address: the connection's source.
    ///   - mac: the Ethernet source of its first packet; nil where the kernel has not kept it.
    public func port(in scope: Scope, address: IPAddress, mac: MACAddress?) -> Result<DirectoryPort, Refusal> {
        let networks = networks(of: scope) ?? []
        if address.isLinkLocalIPv6 { return linkLocal(address, mac: mac, networks) }
        let owners = owners(address, networks)
        guard let mac else { return Self.only(owners) }
        let both = owners.filter { $0.macAddress == mac }
        return both.isEmpty ? port(of: mac, address, owners: owners, networks) : Self.only(both)
    }

    /// The ports that have the address, for a report on why none was chosen.
    public func candidates(in scope: Scope, address: IPAddress) -> [DirectoryPort] {
        owners(address, networks(of: scope) ?? [])
    }

    private func owners(_ address: IPAddress, _ networks: [NetworkID]) -> [DirectoryPort] {
        networks.count == 1
            ? ports[networks[0]]?.owners(of: address) ?? []
            : networks.flatMap { ports[$0]?.owners(of: address) ?? [] }
    }

    private func senders(_ mac: MACAddress, _ networks: [NetworkID]) -> [DirectoryPort] {
        networks.flatMap { ports[$0]?.senders(mac) ?? [] }
    }

    /// Any interface id will do where the sender is known. Where it is not, the address must be the one that follows from
    /// a port's MAC address (RFC 4291 appendix A).
    private func linkLocal(
        _ address: IPAddress, mac: MACAddress?, _ networks: [NetworkID]
    ) -> Result<DirectoryPort, Refusal> {
        guard let sender = mac ?? MACAddress(linkLocalAddress: address) else { return .failure(.noPort) }
        return Self.only(senders(sender, networks))
    }

    /// Where the sender's address is not one of its port's own.
    private func port(
        of mac: MACAddress, _ address: IPAddress, owners: [DirectoryPort], _ networks: [NetworkID]
    ) -> Result<DirectoryPort, Refusal> {
        let senders = senders(mac, networks)
        guard !senders.isEmpty else { return Self.only(owners) }
        let allowed = senders.filter { $0.mayUse(address) }
        if !allowed.isEmpty { return Self.only(allowed) }
        return owners.isEmpty ? .failure(.noPort) : .failure(.contradiction)
    }

    /// Ports of one device count as one; a port of nobody's is nobody's.
    private static func only(_ found: [DirectoryPort]) -> Result<DirectoryPort, Refusal> {
        guard let first = found.first else { return .failure(.noPort) }
        guard found.allSatisfy({ $0.device == first.device && $0.project == first.project }) else {
            return .failure(.severalPorts(found: found.count))
        }
        return first.device.isEmpty ? .failure(.noPort) : .success(first)
    }
}
