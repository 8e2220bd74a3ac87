/// Decides whether a server that has failed is asked again: for a moment nobody is, then one caller tries, and the others
/// are let through when that has gone well. So a server that is down or frozen costs one waiting caller and no queue.
struct CircuitBreaker {
    private enum State {
        case closed
        case open(until: ContinuousClock.Instant, reason: String)
        case trying(reason: String)
    }

    private static let pause = Duration.seconds(1)
    private var state = State.closed

    /// Nil: go ahead, and report the outcome. Otherwise what the server failed with last.
    mutating func refusal(at now: ContinuousClock.Instant) -> String? {
        switch state {
        case .closed: return nil
        case .trying(let reason): return reason
        case .open(let until, let reason):
            guard until <= now else { return reason }
            state = .trying(reason: reason)
            return nil
        }
    }

    mutating func succeeded() {
        state = .closed
    }

    mutating func failed(_ reason: String, at now: ContinuousClock.Instant) {
        state = .open(until: now + Self.pause, reason: reason)
    }

    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }
}
