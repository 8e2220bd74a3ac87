import Foundation
import InstanceStore
import Synchronization

/// The connections to one database, at most a fixed number, each with a thread of its own: the client library blocks.
///
/// Connections are made when they are wanted and closed when they have been idle for a minute. Work that finds all of
/// them busy queues; work that has queued for too long, or for a server that has just failed, fails with
/// ``StoreError`` `unavailable`.
final class ConnectionPool: Sendable {
    private struct Job {
        var deadline: ContinuousClock.Instant
        var run: @Sendable (DatabaseConnection) throws(DatabaseError) -> Void
        var fail: @Sendable (StoreError) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var threads = 0
        var idle = 0
        var breaker = CircuitBreaker()
    }

    private static let idleTime = DispatchTimeInterval.seconds(60)
    private static let longestQueue = 10_000
    private static let stackSize = 512 << 10

    let url: DatabaseURL
    private let size: Int
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    init(_ url: DatabaseURL, size: Int) {
        self.url = url
        self.size = size
    }

    /// Runs `work` on a thread that has a connection.
    /// - Throws: ``StoreError`` `unavailable` where there is no connection or it breaks, and what `work` throws: a
    ///   ``DatabaseError`` about a statement as `damaged`.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable (DatabaseConnection) throws(DatabaseError) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            submit(
                Job(
                    deadline: .now + .seconds(url.connectTimeout + url.readTimeout),
                    run: { (connection) throws(DatabaseError) in
                        continuation.resume(returning: try work(connection))
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    private func submit(_ job: Job) {
        let refusal: String? = state.withLock { state in
            if let reason = state.breaker.refusal(at: .now) { return reason }
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
        let thread = Thread { [self] in work() }
        thread.name = "database"
        thread.stackSize = Self.stackSize
        thread.start()
    }
}

extension ConnectionPool {
    /// A thread's life: one connection, one job after the other.
    private func work() {
        var connection: DatabaseConnection?
        while let job = next() {
            guard ContinuousClock.now < job.deadline else {
                tooLate(job)
                continue
            }
            do throws(DatabaseError) {
                let usable = try usable(connection)
                connection = usable
                try job.run(usable)
                state.withLock { $0.breaker.succeeded() }
            } catch {
                if error.concernsConnection { connection = nil }
                settle(error, job)
            }
        }
    }

    private func usable(_ connection: DatabaseConnection?) throws(DatabaseError) -> DatabaseConnection {
        if let connection, connection.isUsable { return connection }
        return try DatabaseConnection(url)
    }

    /// Nil: there has been nothing to do for a while.
    private func next() -> Job? {
        state.withLock { $0.idle += 1 }
        while true {
            let timedOut = signal.wait(timeout: .now() + Self.idleTime) == .timedOut
            let (job, ends): (Job?, Bool) = state.withLock { state in
                guard state.jobs.isEmpty else {
                    state.idle -= 1
                    return (state.jobs.removeFirst(), false)
                }
                guard timedOut else { return (nil, false) }
                state.idle -= 1
                state.threads -= 1
                return (nil, true)
            }
            if let job { return job }
            if ends { return nil }
        }
    }

    private func tooLate(_ job: Job) {
        let reason = "database \(url): all \(size) connections have been busy for too long"
        state.withLock { state in
            // If this was the one that tries, another has to.
            if !state.breaker.isClosed { state.breaker.failed(reason, at: .now) }
        }
        job.fail(StoreError(.unavailable, reason))
    }

    /// A broken connection fails the job, and with it all that wait for the same server.
    private func settle(_ error: DatabaseError, _ job: Job) {
        guard error.concernsConnection else {
            state.withLock { $0.breaker.succeeded() }
            return job.fail(StoreError(error))
        }
        let failure = StoreError(error)
        let waiting = state.withLock { state in
            state.breaker.failed(failure.message, at: .now)
            defer { state.jobs.removeAll() }
            return state.jobs
        }
        for job in [job] + waiting { job.fail(failure) }
    }
}

extension StoreError {
    /// A statement that fails on a connection that works says that the schema is not what we know.
    init(_ error: DatabaseError) {
        let isPassing = error.concernsConnection || error.isRefusedWrite || error.isConflict
        self.init(isPassing ? .unavailable : .damaged, "\(error)")
    }
}
