import InstanceModel

/// A store's account of what has changed in it.
public protocol ChangeFeed: Sendable {
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

/// Tells, without blocking, whether the store has been written to since it was last asked.
///
/// Called on the data path before each batch of requests, always from the same event loop; costs at most one system
/// call. May report a change that turns out to be none, never the reverse: a write that was complete before the call
/// is reported.
public protocol ChangeSignal: AnyObject {
    func isRaised() -> Bool
}
