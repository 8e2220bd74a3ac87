import InstanceModel

/// A source of instances: what the guest-facing path asks when its cache has no answer.
///
/// Every method may take as long as a database query; none is called on an event loop's thread. Answers are of one
/// moment.
public protocol InstanceStore: Sendable {
    /// The instance, or nil when there is none with this id.
    /// - Throws: ``StoreError``.
    func instance(_ id: InstanceID) async throws -> Instance?

    /// The ports that a request of this origin can come from. Nil: a provider id that no network belongs to.
    ///
    /// A router's scope covers all its networks. The link-local address that follows from a port's MAC address counts
    /// as one of its addresses.
    func owners(at origin: Origin) async throws -> [PortOwner]?

    /// The names of the instance's security groups as the EC2 tree lists them, repetitions included. Asked only where
    /// ``Instance/securityGroups`` is nil.
    func securityGroups(of id: InstanceID) async throws -> [String]

    /// Keeps the guest's password, if it has none yet. Visible to the next read.
    func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome

    /// How long an answer holds.
    var freshness: Freshness { get }
}

/// How long what a store has said may be believed.
public enum Freshness: Sendable {
    /// Until the feed tells of a change.
    case followed(any ChangeFeed)
    /// For so long, since the store has no way to tell of changes. Zero: for the one request.
    case expires(after: Duration)
}

public enum PasswordOutcome: Sendable, Equatable {
    case stored
    /// The instance has one already; it is kept.
    case conflict
    case noSuchInstance
}
