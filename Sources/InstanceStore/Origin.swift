import InstanceModel

/// What is known of a caller that does not sign: where its request comes from.
public enum Origin: Hashable, Sendable {
    /// An address behind a listener in a namespace.
    case port(PortKey)
    /// An address in any network: Nova's address mode (contract nova.md §2.4).
    case address(IPAddress)
    /// An address behind a load balancer with this provider id, as its header gives it (§2.3).
    case provider(String, address: String)
}

/// A port that has an address, and whose it is.
public struct PortOwner: Hashable, Sendable {
    /// Nil for a port of something else than an instance.
    public var instance: InstanceID?
    /// The port's project, where it is known and must be the instance's too.
    public var projectID: String?

    public init(instance: InstanceID?, projectID: String? = nil) {
        self.instance = instance
        self.projectID = projectID
    }
}
