import Foundation
import Synchronization

/// Tells on a terminal that something is still being done, once it has taken two seconds.
final class Progress: Sendable {
    private let ticking: Task<Void, Never>?

    init(_ what: String) {
        guard isatty(STDERR_FILENO) == 1 else {
            self.ticking = nil
            return
        }
        self.ticking = Task {
            let start = ContinuousClock.now
            try? await Task.sleep(for: .seconds(2))
            while !Task.isCancelled {
                let seconds = start.duration(to: .now).components.seconds
                FileHandle.standardError.write(Data("\r\(what)… \(seconds) s".utf8))
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    func done() {
        guard let ticking else { return }
        ticking.cancel()
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }

    deinit {
        ticking?.cancel()
    }
}
