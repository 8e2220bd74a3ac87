import HTTPWire
import NIOCore
import Synchronization

/// Everybody who watches by way of the control socket.
final class WatchSet: Sendable {
    private struct State {
        var bodies: [ObjectIdentifier: NIOLoopBound<WatchBody>] = [:]
        var hasEnded = false
    }

    private let observers: RequestObservers
    private let state = Mutex(State())

    init(observers: RequestObservers) {
        self.observers = observers
    }

    /// The body of an answer that tells what `feed` observes, on this event loop. After ``end()`` it is empty: who asks
    /// again finds another worker.
    /// - Returns: nil when too many watch already.
    func begin(_ feed: any WatchFeed, every interval: TimeAmount, on eventLoop: any EventLoop) -> WatchBody? {
        guard observers.add(feed) else { return nil }
        let id = ObjectIdentifier(feed)
        let body = WatchBody(feed, every: interval, on: eventLoop) { [self, observers] in
            observers.remove(feed)
            state.withLock { $0.bodies[id] = nil }
        }
        let isLate = state.withLock { state in
            if !state.hasEnded { state.bodies[id] = NIOLoopBound(body, eventLoop: eventLoop) }
            return state.hasEnded
        }
        if isLate { body.cancel() }
        return body
    }

    /// Nobody watches any more.
    func end() {
        let bodies = state.withLock { state in
            state.hasEnded = true
            return state.bodies.values
        }
        for body in bodies { body.eventLoop.execute { body.value.end() } }
    }
}
