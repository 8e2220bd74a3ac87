import InstanceModel

/// A listener, as the log names it.
public enum ListenerName: Hashable, Sendable {
    /// In a namespace.
    case guests(Scope)
    /// The socket of Neutron's metadata agent.
    case agent
    /// The service port.
    case service
}

extension ListenerName: CustomStringConvertible {
    /// `router:UUID`, `network:UUID`, `agent` or `service`.
    public var description: String {
        switch self {
        case .guests(let scope): scope.description
        case .agent: "agent"
        case .service: "service"
        }
    }
}
