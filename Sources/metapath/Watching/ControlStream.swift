import Foundation
import Lab

/// The lines that a daemon gives in answer to one question, from the worker that is there and from those that replace it.
struct ControlStream {
    /// What becomes of a line.
    enum Step { case goOn, stop }

    /// How long to wait for a daemon that has gone.
    private static let patience = Duration.seconds(10)
    /// Milliseconds after which a signal is noticed.
    private static let pulse: Int32 = 100

    let path: String
    let target: String
    /// Says on standard error when requests may be missing.
    let tellsOfPauses: Bool
    let interruption: Interruption

    /// Gives `body` each line, without its break, until it stops or a signal arrives.
    /// - Throws: `CommandError`, `ValidationError` where there is no daemon, or none any more, or it refuses.
    func follow(_ body: (ArraySlice<UInt8>) throws -> Step) throws {
        var connection: ControlConnection? = try ControlConnection(path: path, target: target)
        while let present = connection, !interruption.isRaised {
            guard let lines = try present.read(within: Self.pulse) else {
                connection = try reconnected()
                continue
            }
            for line in lines where try body(line) == .stop { return }
        }
    }

    /// Nil after a signal.
    private func reconnected() throws -> ControlConnection? {
        if tellsOfPauses {
            Terminal.note("the worker has ended; asking the next one, requests meanwhile are not shown")
        }
        let deadline = ContinuousClock.now + Self.patience
        while !interruption.isRaised {
            usleep(100_000)
            do {
                return try ControlConnection(path: path, target: target)
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
            }
        }
        return nil
    }
}
