import InstanceModel

/// A store that people edit: the side of it that the command line uses.
public protocol InstanceCatalogue: InstanceStore, ChangeFeed {
    /// Creates or replaces, by id, everything in `catalogue`; all or nothing. Passwords that guests have posted and
    /// numbers given out earlier are kept. A changed network is carried into every port on it.
    /// - Throws: ``StoreError`` `refused` when an address would belong to two instances of one network.
    func apply(_ catalogue: Catalogue) async throws -> AppliedChanges

    /// Everything, networks, routers and instances each sorted by name, then id.
    func catalogue() async throws -> Catalogue

    /// Networks and routers only, as ``catalogue()`` would list them.
    func topology() async throws -> Catalogue

    /// The instances whose id or name is exactly `text`. Several may share a name.
    func instances(named text: String) async throws -> [Instance]

    /// True when there was such an instance.
    func delete(_ id: InstanceID) async throws -> Bool
}

/// How many records an ``InstanceCatalogue/apply(_:)`` created and changed; unchanged ones are in neither number.
public struct AppliedChanges: Sendable, Equatable {
    public var created: Int
    public var updated: Int
    public var unchanged: Int

    public init(created: Int = 0, updated: Int = 0, unchanged: Int = 0) {
        self.created = created
        self.updated = updated
        self.unchanged = unchanged
    }
}
