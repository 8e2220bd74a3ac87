import InstanceModel

/// The ports of the networks that this host serves, by address and by MAC address, and the rules that make of a
/// connection's origin one port or a reason why not (contract neutron.md §0 rules 1 and 5, §8.2).
///
/// A connection's scope, the network or router of the namespace that it arrived in, comes first; an empty scope matches
/// nothing. Its source address decides; the Ethernet source of its first packet is the second factor.
public struct PortDirectory: Sendable {
    private var ports: [PortID: DirectoryPort] = [:]
    private var byNetwork: [NetworkID: Set<PortID>] = [:]
    private var byAddress: [Place<IPAddress>: PortIDs] = [:]
    private var byMAC: [Place<MACAddress>: PortIDs] = [:]
    private var routers: [RouterID: [NetworkID]] = [:]

    private struct Place<Key: Hashable & Sendable>: Hashable, Sendable {
        var network: NetworkID
        var key: Key
    }

    public init() {}

    public var portCount: Int { ports.count }
    public var networks: some Collection<NetworkID> { byNetwork.keys }

    /// The networks of a scope; nil for a router whose networks are not known.
    public func networks(of scope: Scope) -> [NetworkID]? {
        switch scope {
        case .network(let id): [id]
        case .router(let id): routers[id]
        }
    }

    public func ports(of network: NetworkID) -> [DirectoryPort] {
        byNetwork[network]?.compactMap { ports[$0] } ?? []
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
        for id in byNetwork.removeValue(forKey: network) ?? [] { remove(id) }
        byNetwork[network] = []
        for port in found { set(port) }
    }

    /// One port that is new or has changed.
    public mutating func set(_ port: DirectoryPort) {
        remove(port.id)
        ports[port.id] = port
        byNetwork[port.network, default: []].insert(port.id)
        for address in Set(port.addresses.compactMap { IPAddress($0) }) {
            Self.add(port.id, to: &byAddress, at: Place(network: port.network, key: address))
        }
        if let mac = port.macAddress { Self.add(port.id, to: &byMAC, at: Place(network: port.network, key: mac)) }
    }

    public mutating func remove(_ id: PortID) {
        guard let port = ports.removeValue(forKey: id) else { return }
        byNetwork[port.network]?.remove(id)
        for address in port.addresses.compactMap({ IPAddress($0) }) {
            Self.remove(id, from: &byAddress, at: Place(network: port.network, key: address))
        }
        if let mac = port.macAddress { Self.remove(id, from: &byMAC, at: Place(network: port.network, key: mac)) }
    }

    /// Everything of a network that this host does not serve any more.
    public mutating func forget(_ network: NetworkID) {
        for id in byNetwork.removeValue(forKey: network) ?? [] { remove(id) }
    }

    private static func add<Key>(_ id: PortID, to index: inout [Place<Key>: PortIDs], at place: Place<Key>) {
        index[place] = index[place]?.with(id) ?? .one(id)
    }

    private static func remove<Key>(_ id: PortID, from index: inout [Place<Key>: PortIDs], at place: Place<Key>) {
        index[place] = index[place]?.without(id)
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
        let owners = ports(networks) { byAddress[Place(network: $0, key: address)] }
        guard let mac else { return Self.only(owners) }
        let both = owners.filter { $0.macAddress == mac }
        return both.isEmpty ? port(of: mac, address, owners: owners, networks) : Self.only(both)
    }

    /// The ports that have the address, for a report on why none was chosen.
    public func candidates(in scope: Scope, address: IPAddress) -> [DirectoryPort] {
        ports(networks(of: scope) ?? []) { byAddress[Place(network: $0, key: address)] }
    }

    private func ports(_ networks: [NetworkID], _ find: (NetworkID) -> PortIDs?) -> [DirectoryPort] {
        var found: [DirectoryPort] = []
        for network in networks { find(network)?.forEach { id in if let port = ports[id] { found.append(port) } } }
        return found
    }

    private func senders(_ mac: MACAddress, _ networks: [NetworkID]) -> [DirectoryPort] {
        ports(networks) { byMAC[Place(network: $0, key: mac)] }
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
