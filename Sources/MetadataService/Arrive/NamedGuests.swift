import InstanceModel
import Synchronization

/// Which guests the log has named lately: each once a minute, and no more than ``limit`` of them.
final class NamedGuests: Sendable {
    static let limit = 32
    private static let period: Int64 = 60_000

    private struct State {
        var began: Int64 = 0
        var guests: Set<PortKey> = []
    }

    private let state = Mutex(State())

    /// Whether the guest is to be named now.
    /// - Parameter now: milliseconds, on a clock that does not go back.
    func isNew(_ guest: PortKey, at now: Int64) -> Bool {
        state.withLock { state in
            if now - state.began >= Self.period { state = State(began: now) }
            return state.guests.count < Self.limit && state.guests.insert(guest).inserted
        }
    }
}
