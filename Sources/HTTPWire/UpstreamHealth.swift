import Synchronization

/// Whether an upstream service is believed to work; known to all event loops at once.
final class UpstreamHealth: Sendable {
    private let failure = Mutex<String?>(nil)
    private let turned: @Sendable (String?) -> Void

    /// - Parameter turned: told why the service is down when it goes down, and nil when it is up again.
    init(turned: @escaping @Sendable (String?) -> Void) {
        self.turned = turned
    }

    /// Why the service is down; nil while it is up.
    var reason: String? { failure.withLock { $0 } }

    var isUp: Bool { failure.withLock { $0 == nil } }

    /// Notes what the latest attempt came to.
    /// - Parameter reason: nil: the service answered.
    func note(_ reason: String?) {
        let hasTurned = failure.withLock { failure in
            defer { failure = reason }
            return (failure == nil) != (reason == nil)
        }
        if hasTurned { turned(reason) }
    }
}
