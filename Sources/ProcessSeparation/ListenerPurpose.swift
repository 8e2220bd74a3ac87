import InstanceModel

/// Who connects to a listening socket, which is how it is to be served.
public enum ListenerPurpose: Hashable, Sendable {
    /// The guests of a network or a router.
    case guests(Scope)
    /// Neutron's agents and whoever signs requests: the service port.
    case service
    /// Neutron's haproxies: the socket of the metadata agent.
    case agent
    /// Operators who watch requests as they pass.
    case control
}

extension ListenerPurpose: LosslessStringConvertible {
    /// `network:UUID`, `router:UUID`, `service`, `agent` or `control`.
    public var description: String {
        switch self {
        case .guests(let scope): scope.description
        case .service: "service"
        case .agent: "agent"
        case .control: "control"
        }
    }

    public init?(_ text: String) {
        switch text {
        case "service": self = .service
        case "agent": self = .agent
        case "control": self = .control
        default:
            guard let scope = Scope(text) else { return nil }
            self = .guests(scope)
        }
    }
}

/// Names a listening socket between the process that holds it and those that serve it.
public typealias ListenerID = UInt64
