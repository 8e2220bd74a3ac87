import CLinux
import Dispatch
import Glibc
import Synchronization

/// One thread that waits until there is something to be read from any of many descriptors. Each costs it next to nothing.
public final class PollThread: Sendable {
    private struct State {
        /// Closing it ends the thread; nil while there is none.
        var alarm: Int32?
    }

    private static let most = 256

    private let poll = clinux_poll_set()
    private let label: String
    private let handle: @Sendable (UInt64) -> Void
    private let state = Mutex(State())

    /// - Parameter handle: called on the thread, with the number of a descriptor, as long as there is something to be
    ///   read from it.
    public init(label: String, _ handle: @escaping @Sendable (UInt64) -> Void) {
        self.label = label
        self.handle = handle
    }

    deinit {
        if poll >= 0 { close(poll) }
    }

    /// Begins to wait for a descriptor, which stays the caller's.
    /// - Parameter number: not 0.
    /// - Returns: 0, or an `errno` value.
    public func add(_ descriptor: Int32, as number: UInt64) -> Int32 {
        let code = startIfNeeded()
        guard code == 0 else { return code }
        return clinux_poll_add(poll, descriptor, number) == 0 ? 0 : errno
    }

    /// To be called before the descriptor is closed: while another process has it open, closing does not end the wait.
    public func remove(_ descriptor: Int32) {
        _ = clinux_poll_remove(poll, descriptor)
    }

    /// Ends the thread, and with it the hold on what it calls.
    public func end() {
        state.withLock { state in
            if let alarm = state.alarm { close(alarm) }
            state.alarm = nil
        }
    }

    private func startIfNeeded() -> Int32 {
        state.withLock { state in
            guard state.alarm == nil else { return 0 }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return errno }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            guard clinux_poll_add(poll, ends[0], 0) == 0 else {
                let code = errno
                for end in ends { close(end) }
                return code
            }
            state.alarm = ends[1]
            DispatchQueue(label: label).async { [bell = ends[0]] in self.work(until: bell) }
            return 0
        }
    }

    private func work(until bell: Int32) {
        var numbers = [UInt64](repeating: 0, count: Self.most)
        while true {
            let count = Int(clinux_poll_wait(poll, &numbers, Int32(numbers.count)))
            guard count > 0, !numbers[..<count].contains(0) else { break }
            for number in numbers[..<count] { handle(number) }
        }
        _ = clinux_poll_remove(poll, bell)
        close(bell)
    }
}
