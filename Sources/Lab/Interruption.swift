import Dispatch
import Glibc
import Synchronization

/// Turns Ctrl-C, a closed terminal and a request to end into an error at the next safe place, so that what was begun is
/// taken down. A reader that goes away (`| head`) becomes an error of the write.
public final class Interruption: Sendable {
    /// The first signal that arrived.
    private final class Arrival: Sendable {
        let signal = Mutex<Int32?>(nil)

        func record(_ number: Int32) {
            signal.withLock { $0 = $0 ?? number }
        }
    }

    private let arrival = Arrival()
    /// Only kept alive: nothing touches them after `init`, so no two threads can meet in them.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// From here to the end of the process, SIGINT, SIGTERM and SIGHUP only set what ``check()`` tells.
    public init() {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { [arrival] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrival.record(number) }
            source.resume()
            return source
        }
    }

    public var isRaised: Bool { arrival.signal.withLock { $0 != nil } }

    /// - Throws: ``LabError`` `interrupted` once a signal has arrived.
    public func check() throws(LabError) {
        guard let number = arrival.signal.withLock({ $0 }) else { return }
        throw LabError(.interrupted(number), "Stopped by a signal: \(String(cString: strsignal(number))).")
    }
}
