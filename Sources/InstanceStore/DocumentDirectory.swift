import Identification
import InstanceModel
import MetadataDocuments
import Synchronization

/// The rendered documents of every instance that has been asked for, by id and by where its requests come from.
///
/// Warm lookups take one short lock and no store. A miss reads the instance, renders it once and keeps it until the
/// store's change feed says that it changed. What the store does not know is not kept: it may exist by the next
/// request.
public final class DocumentDirectory: Sendable {
    private struct State {
        var revision: Revision?
        var instances: [InstanceID: KnownInstance] = [:]
        var owners: [PortKey: InstanceID] = [:]
        /// The keys under `owners` that lead to an instance, to be forgotten with it.
        var keys: [InstanceID: [PortKey]] = [:]
    }

    public let store: any InstanceStore
    private let settings: DocumentSettings
    private let secrets: SharedSecrets
    private let state = Mutex(State())
    private let follower: ChangeFollower

    /// - Parameter secrets: those under which callers sign instance ids.
    public init(store: any InstanceStore, settings: DocumentSettings, secrets: SharedSecrets) {
        self.store = store
        self.settings = settings
        self.secrets = secrets
        self.follower = ChangeFollower()
    }

    // MARK: warm

    public func instance(_ id: InstanceID) -> KnownInstance? {
        state.withLock { $0.instances[id] }
    }

    public func documents(at key: PortKey) -> InstanceDocuments? {
        state.withLock { state in state.owners[key].flatMap { state.instances[$0]?.documents } }
    }

    /// How many instances are held ready.
    public var count: Int { state.withLock { $0.instances.count } }

    // MARK: cold

    /// The documents of an instance, rendered now if they are not held. Nil: the store has no such instance.
    public func load(_ id: InstanceID) async throws -> InstanceDocuments? {
        if let known = self.instance(id) { return known.documents }
        let before = state.withLock { $0.revision }
        guard let instance = try await store.instance(id) else { return nil }
        let documents = InstanceDocuments(instance, settings: settings)
        let known = KnownInstance(documents: documents, signature: secrets.expectedSignature(of: id))
        state.withLock { state in
            // What was read before a change was applied may be older than the change: use it, do not keep it.
            if state.revision == before { state.instances[id] = known }
        }
        return documents
    }

    /// The instances that the store finds at `key`; a sole one is remembered.
    public func owners(at key: PortKey) async throws -> [InstanceID] {
        let before = state.withLock { $0.revision }
        let found = try await store.instances(at: key)
        if found.count == 1 {
            state.withLock { state in
                guard state.revision == before, state.owners.updateValue(found[0], forKey: key) == nil else { return }
                state.keys[found[0], default: []].append(key)
            }
        }
        return found
    }

    // MARK: change

    /// Forgets everything that has changed in the store up to now. Calls that overlap share one read of the feed, and
    /// each returns only after a read that began after it was called.
    public func catchUp() async throws {
        try await follower.run { [self] in
            let known = state.withLock { $0.revision }
            let changes = try await store.changes(since: known)
            state.withLock { forget(changes, known: known, in: &$0) }
        }
    }

    private func forget(_ changes: StoreChanges, known: Revision?, in state: inout State) {
        state.revision = changes.revision
        guard known != nil else { return state = State(revision: changes.revision) }
        for id in changes.instances {
            state.instances[id] = nil
            for key in state.keys.removeValue(forKey: id) ?? [] { state.owners[key] = nil }
        }
        if changes.allAddresses {
            state.owners.removeAll()
            state.keys.removeAll()
        }
        for key in changes.addresses {
            guard let owner = state.owners.removeValue(forKey: key) else { continue }
            state.keys[owner]?.removeAll { $0 == key }
        }
    }
}
