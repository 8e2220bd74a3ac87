import Synchronization

/// A server's open listeners, for any thread.
final class ListenerSet: Sendable {
    private let listeners = Mutex<[ObjectIdentifier: Listener]>([:])

    /// Keeps a listener until it is closed.
    func add(_ listener: Listener) {
        listeners.withLock { $0[listener.id] = listener }
        listener.whenClosed { self.remove(listener.id) }
    }

    var all: [Listener] { listeners.withLock { Array($0.values) } }

    private func remove(_ id: ObjectIdentifier) {
        listeners.withLock { $0[id] = nil }
    }
}
