import InstanceModel
import InstanceStore

/// The instances of an OpenStack cloud: Nova's databases, and for ports and security groups Neutron.
public final class NovaInstanceStore: InstanceStore {
    private let database: NovaDatabase
    private let lifetime: Duration

    /// - Parameter lifetime: how long an instance that was read is served: `[api] metadata_cache_expiration`.
    public init(database: NovaDatabase, lifetime: Duration) {
        self.database = database
        self.lifetime = lifetime
    }

    public var freshness: Freshness { .expires(after: lifetime) }

    public func instance(_ id: InstanceID) async throws -> Instance? {
        try await database.instance(id)
    }

    public func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome {
        try await database.setPassword(password, of: id)
    }

    public func owners(at origin: Origin) async throws -> [PortOwner]? {
        throw StoreError(.unavailable, "no Neutron")
    }

    public func securityGroups(of id: InstanceID) async throws -> [String] {
        throw StoreError(.unavailable, "no Neutron")
    }
}
