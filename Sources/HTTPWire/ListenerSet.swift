import NIOCore
import Synchronization

/// A server's own open listeners, for any thread.
final class ListenerSet: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Keeps a listener until it is closed.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }

    var all: [any Channel] { channels.withLock { Array($0.values) } }
}
