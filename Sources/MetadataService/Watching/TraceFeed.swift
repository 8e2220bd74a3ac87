import Synchronization

/// The requests that one client wants to see, a line each. When more than ``limit`` bytes wait to be taken, further lines
/// are dropped and counted.
final class TraceFeed: WatchFeed {
    /// Bytes.
    static let limit = 1 << 20

    private struct State {
        var lines: [UInt8] = []
        var dropped = 0
    }

    private let filter: RequestFilter
    private let state = Mutex(State())

    init(_ filter: RequestFilter) {
        self.filter = filter
    }

    func observe(_ record: inout RequestRecord) {
        guard filter.admits(record) else { return }
        // A line costs more to make than to drop.
        let hasRoom = state.withLock { state in
            if state.lines.count >= Self.limit { state.dropped += 1 }
            return state.lines.count < Self.limit
        }
        guard hasRoom else { return }
        let line = record.line
        state.withLock { $0.lines += line }
    }

    /// What was dropped is told behind what was not: `{"dropped": 17}`.
    func take() -> [UInt8] {
        let (lines, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.lines, state.dropped)
        }
        return dropped > 0 ? lines + Array("{\"dropped\": \(dropped)}\n".utf8) : lines
    }
}
