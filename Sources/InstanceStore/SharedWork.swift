import Synchronization

/// Work that is done once for all who want it at the same time: who comes while it runs gets its result.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Run = Task<Value, any Error>

    private let running = Mutex<[Key: Run]>([:])

    /// - Parameter afresh: the work has to begin after this call; what runs already is too old.
    func value(
        for key: Key, afresh: Bool = false, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let run = running.withLock { running in
            if !afresh, let run = running[key] { return run }
            let run = Run { try await work() }
            running[key] = run
            return run
        }
        defer { running.withLock { if $0[key] == run { $0[key] = nil } } }
        return try await run.value
    }

    /// Nobody joins the work on these keys any more; who waits for it already gets its result.
    func close(_ keys: some Sequence<Key>) {
        running.withLock { running in for key in keys { running[key] = nil } }
    }
}
