import Synchronization

/// Whoever is told of requests: the access log for good, and those who watch while they do. One for the process.
public final class RequestObservers: Sendable {
    /// Clients of the control socket that may watch at a time.
    public static let maximumWatchers = 16

    private let log: RequestLog?
    /// The access log and all watchers.
    private let count: Atomic<Int>
    private let watching = Mutex<[any RequestObserver]>([])

    /// - Parameter log: nil for no access log.
    public init(log: RequestLog? = nil) {
        self.log = log
        count = Atomic(log == nil ? 0 : 1)
    }

    /// Nobody wants to know. All that a request costs then.
    @inline(__always)
    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    /// Clients that watch.
    public var watchers: Int { watching.withLock { $0.count } }

    /// - Returns: false when so many watch already that there is no room for another.
    func add(_ watcher: any RequestObserver) -> Bool {
        watching.withLock { watchers in
            guard watchers.count < Self.maximumWatchers else { return false }
            watchers.append(watcher)
            count.add(1, ordering: .relaxed)
            return true
        }
    }

    /// Any number of times.
    func remove(_ watcher: any RequestObserver) {
        watching.withLock { watchers in
            guard let index = watchers.firstIndex(where: { $0 === watcher }) else { return }
            watchers.remove(at: index)
            count.subtract(1, ordering: .relaxed)
        }
    }

    func tell(_ record: RequestRecord) {
        var record = record
        log?.observe(&record)
        let watchers = watching.withLock { $0 }
        for watcher in watchers { watcher.observe(&record) }
    }
}
