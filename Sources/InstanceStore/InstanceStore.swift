import InstanceModel

/// A source of instances: what the guest-facing path asks when its cache has no answer.
///
/// Every method may take as long as a database query; none is called on an event loop's thread. Answers are of one
/// moment: an instance is returned with the revision it had then.
public protocol InstanceStore: Sendable {
    /// The instance, or nil when there is none with this id.
    /// - Throws: ``StoreError``.
    func instance(_ id: InstanceID) async throws -> Instance?

    /// The instances that have this address in this scope. A router's scope covers all its networks. The link-local
    /// address that follows from a port's MAC address counts as one of its addresses. Zero or several mean 404.
    func instances(at key: PortKey) async throws -> [InstanceID]

    /// The instances that have this address in any network, for Nova's address mode (contract nova.md §2.4).
    func instances(withAddress address: IPAddress) async throws -> [InstanceID]

    /// The networks that a load balancer's provider id stands for (contract nova.md §2.3).
    func networks(ofServiceProvider provider: String) async throws -> [NetworkID]

    /// Keeps the guest's password, if it has none yet. Visible to the next read.
    func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome

    /// What has changed after `revision`, and the revision reached. Nil asks for the present revision only.
    func changes(since revision: Revision?) async throws -> StoreChanges

    /// A signal for one event loop that tells whether ``changes(since:)`` may have something new.
    func makeChangeSignal() throws -> any ChangeSignal
}

/// A point in the store's history. Each committed change has a higher one than the change before.
public struct Revision: Hashable, Comparable, Sendable, Codable {
    public var number: Int64

    public init(_ number: Int64) {
        self.number = number
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.number < right.number
    }
}

/// What must be forgotten because it changed.
public struct StoreChanges: Sendable, Equatable {
    public var revision: Revision
    /// Instances created, changed or deleted.
    public var instances: [InstanceID]
    /// Addresses whose owner may have changed: those the instances have now, in each of their scopes.
    public var addresses: [PortKey]
    /// Routers or networks changed so that any known address may mean another instance.
    public var allAddresses: Bool

    public init(revision: Revision, instances: [InstanceID] = [], addresses: [PortKey] = [], allAddresses: Bool = false)
    {
        self.revision = revision
        self.instances = instances
        self.addresses = addresses
        self.allAddresses = allAddresses
    }
}

public enum PasswordOutcome: Sendable, Equatable {
    case stored
    /// The instance has one already; it is kept.
    case conflict
    case noSuchInstance
}

/// Tells, without blocking, whether the store has been written to since it was last asked.
///
/// Called on the data path before each batch of requests, always from the same event loop; costs at most one system
/// call. May report a change that turns out to be none, never the reverse: a write that was complete before the call
/// is reported.
public protocol ChangeSignal: AnyObject {
    func isRaised() -> Bool
}
