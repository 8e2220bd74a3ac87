import Synchronization

/// A server's open listeners, for any thread.
final class ListenerSet: Sendable {
    private let listeners = Mutex<[Listener]>([])

    func add(_ listener: Listener) {
        listeners.withLock { $0.append(listener) }
    }

    func takeAll() -> [Listener] {
        listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
    }
}
