/// Where a connection came in: the network or the router whose namespace accepted it.
///
/// The scope and the source address together identify the caller (contract neutron.md §0 rule 1); an address alone
/// does not, since tenants use the same addresses.
public enum Scope: Hashable, Sendable {
    case network(NetworkID)
    case router(RouterID)
}

extension Scope: CustomStringConvertible, LosslessStringConvertible {
    /// `network:UUID` or `router:UUID`.
    public var description: String {
        switch self {
        case .network(let id): "network:\(id)"
        case .router(let id): "router:\(id)"
        }
    }

    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "network":
            guard let id = NetworkID(parts[1]) else { return nil }
            self = .network(id)
        case "router":
            guard let id = RouterID(parts[1]) else { return nil }
            self = .router(id)
        default: return nil
        }
    }
}

/// What a guest is known by: the scope its connection arrived in and the address it came from.
public struct PortKey: Hashable, Sendable {
    public var scope: Scope
    public var address: IPAddress

    public init(scope: Scope, address: IPAddress) {
        self.scope = scope
        self.address = address
    }
}
