import Logging
import Synchronization

/// Logs failures of the data path without letting a flood of them flood the log: of equal messages one a second.
public final class Reporter: Sendable {
    private struct State {
        var message = ""
        var at: ContinuousClock.Instant?
        var suppressed = 0
    }

    private let logger: Logger
    private let state = Mutex(State())

    public init(logger: Logger) {
        self.logger = logger
    }

    func report(_ error: any Error) {
        let message = "\(error)"
        let suppressed: Int? = state.withLock { state in
            let now = ContinuousClock.now
            if message == state.message, let last = state.at, last.duration(to: now) < .seconds(1) {
                state.suppressed += 1
                return nil
            }
            defer { state = State(message: message, at: now) }
            return state.suppressed
        }
        guard let suppressed else { return }
        logger.error("\(message)", metadata: suppressed > 0 ? ["suppressed": "\(suppressed)"] : nil)
    }
}
