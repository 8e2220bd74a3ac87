import InstanceModel
import InstanceStore
import OpenStackAPI

/// The instances of an OpenStack cloud: Nova's databases, and for ports and security groups Neutron.
public final class NovaInstanceStore: InstanceStore {
    private let database: NovaDatabase
    private let neutron: Neutron?
    private let lifetime: Duration

    /// - Parameters:
    ///   - neutron: nil where no account for it is configured.
    ///   - lifetime: how long an instance that was read is served: `[api] metadata_cache_expiration`.
    public init(database: NovaDatabase, neutron: Neutron?, lifetime: Duration) {
        self.database = database
        self.neutron = neutron
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
        try await asking { neutron in
            switch origin {
            case .port(let key):
                return try await neutron.owners(at: key)
            case .address(let address):
                return try await neutron.owners(withAddress: address)
            case .provider(let provider, let address):
                return try await neutron.owners(ofServiceProvider: provider, address: address)
            }
        }
    }

    public func securityGroups(of id: InstanceID) async throws -> [String] {
        try await asking { try await $0.securityGroupNames(ofInstance: "\(id)") }
    }

    /// - Throws: ``StoreError`` `unavailable` for everything that Neutron and Keystone can fail with.
    private func asking<Value>(_ question: (Neutron) async throws -> Value) async throws -> Value {
        guard let neutron else {
            throw StoreError(
                .unavailable, "Neutron has to be asked: expected an account for it, [neutron] auth_type, found none")
        }
        do {
            return try await question(neutron)
        } catch {
            throw StoreError(.unavailable, "\(error)")
        }
    }
}
