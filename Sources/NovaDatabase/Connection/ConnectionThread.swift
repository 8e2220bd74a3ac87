import Foundation
import InstanceStore
import Synchronization

/// One thread of a pool: one connection, one job after the other. Never leaves its thread.
final class ConnectionThread {
    private static let idleTime = DispatchTimeInterval.seconds(60)
    /// Between two attempts to reach a server that is away, in seconds.
    private static let pause: TimeInterval = 1
    /// An outage that nobody has noticed for so long is left to the next who does.
    private static let patience = Duration.seconds(60)
    /// A connection that breaks sooner than this was closed by the server rather than left without an answer.
    private static let soon = Duration.seconds(1)

    private let pool: ConnectionPool
    private var connection: DatabaseConnection? {
        didSet {
            let change = (connection == nil ? 0 : 1) - (oldValue == nil ? 0 : 1)
            pool.state.withLock { $0.connected += change }
        }
    }

    init(_ pool: ConnectionPool) {
        self.pool = pool
    }

    func work() {
        while let job = next() {
            guard ContinuousClock.now < job.deadline else {
                job.fail(
                    StoreError(
                        .unavailable,
                        "database \(pool.url): all \(pool.size) connections have been busy for too long"))
                continue
            }
            guard perform(job) else { return end() }
        }
        end()
    }

    private func end() {
        connection = nil
    }

    /// False: this thread is of no more use.
    private func perform(_ job: ConnectionPool.Job) -> Bool {
        let hadConnection = connection != nil
        let start = ContinuousClock.now
        do throws(DatabaseError) {
            let usable = try usableConnection()
            try job.run(usable)
            return true
        } catch {
            guard error.concernsConnection else {
                job.fail(StoreError(error))
                return true
            }
            let wasClosed = hadConnection && connection != nil && start.duration(to: .now) < Self.soon
            connection = nil
            if error.isLimit, giveBack(job) { return false }
            if wasClosed, job.isRepeatable { return perform(job) }
            fail(job, error)
            return true
        }
    }

    private func usableConnection() throws(DatabaseError) -> DatabaseConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        let opened = try DatabaseConnection(pool.url)
        connection = opened
        return opened
    }

    /// The server allows no further connection, but there are others: they take the job over.
    private func giveBack(_ job: ConnectionPool.Job) -> Bool {
        let isTaken = pool.state.withLock { state in
            guard state.connected > 0 else { return false }
            state.jobs.insert(job, at: 0)
            state.threads -= 1
            return true
        }
        if isTaken { pool.signal.signal() }
        return isTaken
    }

    /// Nil: there has been nothing to do for a while.
    private func next() -> ConnectionPool.Job? {
        pool.state.withLock { $0.idle += 1 }
        while true {
            let timedOut = pool.signal.wait(timeout: .now() + Self.idleTime) == .timedOut
            let (job, ends): (ConnectionPool.Job?, Bool) = pool.state.withLock { state in
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
}

extension ConnectionThread {
    /// The first thread to find the server away fails all that wait for it, and then tries to reach it again.
    private func fail(_ job: ConnectionPool.Job, _ error: DatabaseError) {
        let failure = StoreError(error)
        let (waiting, isFirst) = pool.state.withLock { state in
            let isFirst = state.outage == nil
            if isFirst { state.outage = .init(reason: failure.message) }
            defer { state.jobs.removeAll() }
            return (state.jobs, isFirst)
        }
        for job in [job] + waiting { job.fail(failure) }
        if isFirst { recover() }
    }

    private func recover() {
        while isWanted() {
            do throws(DatabaseError) {
                connection = try DatabaseConnection(pool.url)
                return pool.state.withLock { $0.outage = nil }
            } catch {
                pool.state.withLock { $0.outage?.reason = "\(error)" }
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
    }

    /// Whether anybody has asked for the server lately; if not, the outage is over until somebody does.
    private func isWanted() -> Bool {
        pool.state.withLock { state in
            guard let outage = state.outage, outage.wanted.duration(to: .now) > Self.patience else { return true }
            state.outage = nil
            return false
        }
    }
}

extension StoreError {
    /// A statement that fails on a connection that works says that the schema is not what we know.
    init(_ error: DatabaseError) {
        let isPassing = error.concernsConnection || error.isRefusedWrite || error.isConflict
        self.init(isPassing ? .unavailable : .damaged, "\(error)")
    }
}
