import InstanceModel
import InstanceStore

/// The store of a proxy that leaves all answers to another service and knows its guests by their ports.
public struct NoInstances: InstanceStore {
    public init() {}

    public var freshness: Freshness { .expires(after: .zero) }
    public func instance(_ id: InstanceID) async throws -> Instance? { nil }
    public func owners(at origin: Origin) async throws -> [PortOwner]? { [] }
    public func securityGroups(of id: InstanceID) async throws -> [String] { [] }
    public func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome { .noSuchInstance }
}
