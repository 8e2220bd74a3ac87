import Foundation
import InstanceStore
import Synchronization

/// The connections to one database, at most a fixed number, each with a thread of its own: the client library blocks.
///
/// Connections are made when they are wanted and closed when they have been idle for a minute. Work that finds all of
/// them busy queues. A server that cannot be reached, or does not answer in time, is asked by nobody until one thread has
/// reached it again: meanwhile all work fails at once, so that a server that is down or frozen costs no queue.
final class ConnectionPool: Sendable {
    struct Job {
        var deadline: ContinuousClock.Instant
        /// Whether doing it twice does no harm.
        var isRepeatable: Bool
        var run: @Sendable (DatabaseConnection) throws(DatabaseError) -> Void
        var fail: @Sendable (StoreError) -> Void
    }

    /// Since when nobody is served, and why.
    struct Outage {
        var reason: String
        /// When somebody wanted something last.
        var wanted = ContinuousClock.now
    }

    struct State {
        var jobs: [Job] = []
        var threads = 0
        var idle = 0
        /// Threads that have a connection.
        var connected = 0
        var outage: Outage?
    }

    private static let longestQueue = 10_000
    private static let stackSize = 512 << 10

    let url: DatabaseURL
    let size: Int
    let state = Mutex(State())
    let signal = DispatchSemaphore(value: 0)

    init(_ url: DatabaseURL, size: Int) {
        self.url = url
        self.size = size
    }

    /// Runs `work` on a thread that has a connection.
    /// - Parameter isRepeatable: it only reads; it is done again when a kept connection turns out to have been closed.
    /// - Throws: ``StoreError`` `unavailable` where there is no connection or it breaks, and what `work` throws: a
    ///   ``DatabaseError`` about a statement as `damaged`.
    func run<Value: Sendable>(
        isRepeatable: Bool = true, _ work: @escaping @Sendable (DatabaseConnection) throws(DatabaseError) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            submit(
                Job(
                    deadline: .now + .seconds(url.connectTimeout + url.readTimeout), isRepeatable: isRepeatable,
                    run: { (connection) throws(DatabaseError) in
                        continuation.resume(returning: try work(connection))
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    private func submit(_ job: Job) {
        let refusal: String? = state.withLock { state in
            state.outage?.wanted = .now
            if let outage = state.outage { return outage.reason }
            guard state.jobs.count < Self.longestQueue else {
                return "database \(url): \(Self.longestQueue) requests are waiting for it already"
            }
            state.jobs.append(job)
            if state.idle == 0, state.threads < size {
                state.threads += 1
                startThread()
            }
            return nil
        }
        if let refusal { return job.fail(StoreError(.unavailable, refusal)) }
        signal.signal()
    }

    private func startThread() {
        let thread = Thread { [self] in ConnectionThread(self).work() }
        thread.name = "database"
        thread.stackSize = Self.stackSize
        thread.start()
    }
}
