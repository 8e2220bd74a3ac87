/// The path from a guest to its data, in the order that a request takes it.
public enum Hop: String, CaseIterable, Comparable, Sendable {
    /// How the guest comes to send its request this way.
    case guestRoute = "guest route"
    /// The guest's port, as Neutron or the store knows it.
    case port
    /// The network namespace that its router or network has on this host.
    case namespace
    /// The addresses in that namespace.
    case addresses
    /// NAT and filter rules in it.
    case rules
    /// The socket in it that guests' connections reach.
    case listener
    /// The UNIX socket between Neutron's haproxies and the metadata agent.
    case agentSocket = "agent socket"
    /// From where a connection came in and its source address to one port.
    case resolution
    /// What signs a request, on both sides.
    case secret
    /// The service that answers.
    case nova
    /// Whose the instance is.
    case project
    case vendorData = "vendor data"
    /// How long a guest waits.
    case timing
    /// What a guest gets.
    case bytes

    public static func < (left: Hop, right: Hop) -> Bool { left.position < right.position }

    /// Counted from 0.
    public var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
