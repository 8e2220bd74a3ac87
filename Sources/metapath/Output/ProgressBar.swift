import Foundation
import Synchronization

/// How much of something is done, on a terminal, once it has taken half a second.
final class ProgressBar: Sendable {
    private static let width = 40

    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private let filled = Mutex(-1)

    func show(_ done: Int, of count: Int) {
        guard isShown, count > 0, start.duration(to: .now) > .milliseconds(500) else { return }
        filled.withLock { filled in
            let now = done * Self.width / count
            guard now != filled else { return }
            filled = now
            let bar = String(repeating: "#", count: now) + String(repeating: ".", count: max(0, Self.width - now))
            FileHandle.standardError.write(Data("\r[\(bar)] \(done) of \(count)".utf8))
        }
    }

    func done() {
        guard isShown, filled.withLock({ $0 >= 0 }) else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
