import Identification
import InstanceModel
import MetadataDocuments
import Synchronization

/// The rendered documents of every instance that has been asked for, by id and by where its requests come from.
///
/// Warm lookups take one short lock and no store. A miss reads the instance, renders it once and keeps it for as long as
/// the store's ``Freshness`` allows; requests that miss together share one read. What the store does not know is not
/// kept: it may exist by the next request.
public final class DocumentDirectory: Sendable {
    fileprivate struct State {
        var revision: Revision?
        var instances: Held<InstanceID, KnownInstance>
        var owners: Held<Origin, KnownOwner>
        var securityGroups: Held<InstanceID, [UInt8]>
        /// The origins under `owners` that lead to an instance, to be forgotten with it.
        var origins: [InstanceID: Set<Origin>] = [:]
    }

    fileprivate struct KnownOwner {
        var instance: InstanceID
        var projectID: [UInt8]?
    }

    public let store: any InstanceStore
    private let settings: DocumentSettings
    private let secrets: SharedSecrets
    private let state: Mutex<State>
    private let follower = ChangeFollower()
    private let reads = SharedWork<InstanceID, InstanceDocuments?>()
    private let groupReads = SharedWork<InstanceID, [UInt8]>()

    /// - Parameter secrets: those under which callers sign instance ids.
    public init(store: any InstanceStore, settings: DocumentSettings, secrets: SharedSecrets) {
        self.store = store
        self.settings = settings
        self.secrets = secrets
        let lifetime: Duration? = if case .expires(let lifetime) = store.freshness { lifetime } else { nil }
        self.state = Mutex(
            State(
                instances: Held(lifetime: lifetime), owners: Held(lifetime: lifetime),
                securityGroups: Held(lifetime: lifetime)))
    }

    // MARK: warm

    public func instance(_ id: InstanceID) -> KnownInstance? {
        state.withLock { $0.instances[id] }
    }

    public func documents(at origin: Origin) -> InstanceDocuments? {
        state.withLock { state in
            guard let owner = state.owners[origin], let documents = state.instances[owner.instance]?.documents,
                owner.projectID == nil || owner.projectID == documents.projectID
            else { return nil }
            return documents
        }
    }

    /// The text of `security-groups` of an instance whose documents do not hold it.
    public func securityGroupText(of id: InstanceID) -> [UInt8]? {
        state.withLock { $0.securityGroups[id] }
    }

    // MARK: cold

    /// The documents of an instance, rendered now if they are not held. Nil: the store has no such instance.
    /// - Parameter afresh: read the store now, whatever is held.
    public func load(_ id: InstanceID, afresh: Bool = false) async throws -> InstanceDocuments? {
        if !afresh, let known = instance(id) { return known.documents }
        return try await reads.value(for: id, afresh: afresh) { [self] in try await read(id) }
    }

    private func read(_ id: InstanceID) async throws -> InstanceDocuments? {
        let before = state.withLock { $0.revision }
        let start = ContinuousClock.now
        guard let instance = try await store.instance(id) else { return nil }
        let documents = InstanceDocuments(instance, settings: settings)
        let known = KnownInstance(documents: documents, signature: secrets.expectedSignature(of: id))
        state.withLock { state in
            // What was read before a change was applied may be older than the change: use it, do not keep it.
            if state.revision == before { state.instances.keep(known, for: id, since: start) }
        }
        return documents
    }

    /// The ports that the store finds at `origin`; the instance of a sole one is remembered. Nil: no networks there.
    public func owners(at origin: Origin) async throws -> [PortOwner]? {
        let before = state.withLock { $0.revision }
        let start = ContinuousClock.now
        let found = try await store.owners(at: origin)
        if let found, found.count == 1, let instance = found[0].instance {
            let owner = KnownOwner(instance: instance, projectID: found[0].projectID.map { Array($0.utf8) })
            state.withLock { state in
                guard state.revision == before else { return }
                state.owners.keep(owner, for: origin, since: start)
                if state.follows { state.origins[instance, default: []].insert(origin) }
            }
        }
        return found
    }

    /// The text of `security-groups`, from whoever keeps the groups.
    public func loadSecurityGroupText(of id: InstanceID) async throws -> [UInt8] {
        if let text = securityGroupText(of: id) { return text }
        return try await groupReads.value(for: id) { [self] in
            let start = ContinuousClock.now
            let text = Array(try await store.securityGroups(of: id).joined(separator: "\n").utf8)
            state.withLock { $0.securityGroups.keep(text, for: id, since: start) }
            return text
        }
    }

    // MARK: change

    /// Forgets everything that has changed in the store up to now. Calls that overlap share one read of the feed, and
    /// each returns only after a read that began after it was called. Without a feed there is nothing to do.
    public func catchUp() async throws {
        guard case .followed(let feed) = store.freshness else { return }
        try await follower.run { [self] in
            let known = state.withLock { $0.revision }
            let changes = try await feed.changes(since: known)
            state.withLock { $0.forget(changes, known: known) }
            reads.close(changes.instances)
        }
    }
}

extension DocumentDirectory.State {
    /// Whether a change feed tells what to forget.
    fileprivate var follows: Bool { revision != nil }

    fileprivate mutating func forget(_ changes: StoreChanges, known: Revision?) {
        revision = changes.revision
        guard known != nil else { return forgetAll() }
        for id in changes.instances {
            instances.forget(id)
            for origin in origins.removeValue(forKey: id) ?? [] { owners.forget(origin) }
        }
        if changes.allAddresses {
            owners.forgetAll()
            origins.removeAll()
        }
        for key in changes.addresses {
            forget(.port(key))
            forget(.address(key.address))
        }
        if !changes.addresses.isEmpty { forgetProviders() }
    }

    private mutating func forget(_ origin: Origin) {
        guard let owner = owners.forget(origin) else { return }
        origins[owner.instance]?.remove(origin)
    }

    /// A provider's networks are not among a change's addresses.
    private mutating func forgetProviders() {
        for origin in origins.values.joined() {
            if case .provider = origin { owners.forget(origin) }
        }
    }

    private mutating func forgetAll() {
        instances.forgetAll()
        owners.forgetAll()
        origins.removeAll()
    }
}
