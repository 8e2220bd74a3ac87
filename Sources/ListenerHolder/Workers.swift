import Glibc
import Logging
import NetworkNamespaces
import ProcessSeparation

/// Keeps one process that serves guests, and puts another in its place when it ends or when a new one is asked for.
///
/// The new one is started first; only when it serves every socket is the old one told to retire. Meanwhile both accept
/// from the same queues, so nobody is turned away. A worker that ends by itself leaves the queues to the next.
public actor Workers {
    /// Starts a process and connects to it.
    public typealias Start = @Sendable () throws -> WorkerLink

    /// The first worker has ended before it served anybody: what it wrote to standard error says why.
    public struct NeverReady: Error {
        public var status: Int32
    }

    /// A worker that has lived that long did not fail at its start.
    private static let health = Duration.seconds(10)
    /// Between two starts that fail: doubled each time from the first to the last.
    private static let pauses = (first: Duration.milliseconds(100), last: Duration.seconds(5))
    /// For workers to end once they are told to stop; their own limit is 5 s.
    private static let grace = Duration.seconds(8)

    private let listeners: HeldListeners
    private let start: Start
    private let keepPorts: @Sendable (Int32) -> Void
    private let whenReady: @Sendable (_ running: [WorkerLink]) -> Void
    private let logger: Logger
    private let events = AsyncStream<(WorkerLink, WorkerLink.Event)>.makeStream()
    private var serving: WorkerLink?
    /// Not ready yet; takes over when it is.
    private var coming: WorkerLink?
    /// All that have not ended.
    private var running: [WorkerLink] = []
    private var began: ContinuousClock.Instant?
    private var pause = Duration.zero
    private var hasServed = false
    private var isSettled = false
    private var isStopping = false

    /// - Parameters:
    ///   - keepPorts: given what a worker wants to be kept for the next start, as a descriptor to be closed.
    ///   - whenReady: called each time that a new worker serves; given all that have not ended.
    public init(
        listeners: HeldListeners, start: @escaping Start, keepPorts: @escaping @Sendable (Int32) -> Void,
        whenReady: @escaping @Sendable (_ running: [WorkerLink]) -> Void, logger: Logger
    ) {
        self.listeners = listeners
        self.start = start
        self.keepPorts = keepPorts
        self.whenReady = whenReady
        self.logger = logger
    }

    /// Starts the first worker. It is given sockets as they are opened, and is ready some time after ``settle()``.
    /// - Throws: `SystemError`, `NamespaceError`
    public func begin() throws {
        try startNext()
    }

    /// Every socket that there is at the start is there.
    public func settle() {
        isSettled = true
        for worker in running { worker.send(.settled) }
    }

    /// Puts a new worker, from the program as it is on disk now, in the place of the present one.
    public func replace() {
        guard coming == nil, !isStopping else { return }
        do {
            try startNext()
        } catch {
            logger.error("no new worker can be started, the present one goes on: \(error)")
        }
    }

    /// Looks after the workers until they have ended after ``stop()``.
    /// - Throws: ``NeverReady``
    public func run() async throws {
        for await (worker, event) in events.stream where try handle(event, of: worker) { return }
    }

    /// Closes every socket, so that nobody waits for an answer that will not come, and has the workers finish what they
    /// have been asked.
    public func stop() {
        isStopping = true
        for worker in running {
            // First: what a worker is told to close would be forgotten for the next start.
            listeners.detach(worker)
            worker.send(.stop)
        }
        listeners.releaseAll()
        guard !running.isEmpty else { return events.continuation.finish() }
        Task {
            try? await Task.sleep(for: Self.grace)
            for worker in running { worker.kill() }
        }
    }

    /// - Returns: whether that was the last worker of all.
    private func handle(_ event: WorkerLink.Event, of worker: WorkerLink) throws -> Bool {
        switch event {
        case .ready: takeOver(worker)
        case .leaving: if worker === serving { replace() }
        case .ports(let descriptor): keepPorts(descriptor)
        case .ended(let status): try end(worker, status)
        }
        return isStopping && running.isEmpty
    }

    private func takeOver(_ worker: WorkerLink) {
        guard worker === coming else { return }
        if let serving {
            listeners.retire(serving)
            serving.send(.retire)
        }
        serving = worker
        coming = nil
        hasServed = true
        logger.notice("ready", metadata: ["worker": "\(worker.pid)"])
        whenReady(running)
    }

    private func end(_ worker: WorkerLink, _ status: Int32) throws {
        running.removeAll { $0 === worker }
        listeners.detach(worker)
        if worker === coming { coming = nil } else if worker === serving { serving = nil } else { return }
        guard !isStopping else { return }
        guard hasServed else { throw NeverReady(status: status) }
        guard serving == nil else {
            return logger.error("the new worker has ended with status \(status); the one before it goes on")
        }
        guard coming == nil else { return }
        logger.error("the worker has ended with status \(status); starting another, connections wait for it")
        restart()
    }

    private func restart() {
        let wasHealthy = began.map { ContinuousClock.now - $0 >= Self.health } ?? true
        pause = wasHealthy ? .zero : min(Self.pauses.last, max(Self.pauses.first, pause * 2))
        Task { [pause] in
            try? await Task.sleep(for: pause)
            startAgain()
        }
    }

    private func startAgain() {
        guard serving == nil, coming == nil, !isStopping else { return }
        do {
            try startNext()
        } catch {
            logger.error("no worker can be started, trying again: \(error)")
            restart()
        }
    }

    private func startNext() throws {
        let worker = try start()
        coming = worker
        began = .now
        running.append(worker)
        listeners.attach(worker)
        if isSettled { worker.send(.settled) }
        Task { [continuation = events.continuation] in
            for await event in worker.events { continuation.yield((worker, event)) }
        }
    }
}
