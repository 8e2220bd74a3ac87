import NIOCore
import Synchronization

/// Decides how many connections are served at once, over all event loops and listeners of a server.
///
/// A connection beyond that number waits its turn, unread, and gets a 503 when its wait is too long or too many wait
/// already. Below the number an admission is one short lock.
final class ConnectionAdmission: Sendable {
    enum Decision {
        case admitted
        /// The connection's `grant` will be called, unless the ticket is cancelled first.
        case waiting(Ticket)
        /// The connection is to be told, and to call ``endRefusal()`` when it has ended.
        case refused
        /// There is not even room to tell the connection: close it.
        case dropped
    }

    struct Ticket: Hashable {
        fileprivate let number: UInt64
    }

    /// How many connections there may be of each kind.
    struct Capacity: Equatable {
        var served: Int
        var waiting: Int
        /// Connections that are being told that there is no room.
        var refused: Int
    }

    private struct State {
        var served = 0
        var refused = 0
        var nextNumber: UInt64 = 0
        var grants: [UInt64: @Sendable () -> Void] = [:]
        /// Numbers of tickets in their order; cancelled ones stay until it would be their turn.
        var queue = CircularBuffer<UInt64>()

        mutating func nextGrant() -> (@Sendable () -> Void)? {
            while let number = queue.popFirst() {
                if let grant = grants.removeValue(forKey: number) { return grant }
            }
            return nil
        }
    }

    let capacity: Capacity
    private let state = Mutex(State())

    init(_ capacity: Capacity) {
        self.capacity = capacity
    }

    /// Connections being served, and waiting to be.
    var counts: (served: Int, waiting: Int) { state.withLock { ($0.served, $0.grants.count) } }

    /// Admits a connection if there is room and nobody waits.
    func admit() -> Bool {
        state.withLock { state in
            guard state.served < capacity.served else { return false }
            state.served += 1
            return true
        }
    }

    /// Lets a connection wait that was not admitted.
    /// - Parameter grant: called once, on any thread, when the connection's turn has come; it then is admitted.
    func wait(_ grant: @escaping @Sendable () -> Void) -> Decision {
        state.withLock { state in
            if state.served < capacity.served {
                state.served += 1
                return .admitted
            }
            if state.grants.count < capacity.waiting {
                state.nextNumber += 1
                state.grants[state.nextNumber] = grant
                state.queue.append(state.nextNumber)
                return .waiting(Ticket(number: state.nextNumber))
            }
            guard state.refused < capacity.refused else { return .dropped }
            state.refused += 1
            return .refused
        }
    }

    /// Stops waiting.
    /// - Returns: false when the connection's turn has come already: its grant is being called.
    func cancel(_ ticket: Ticket) -> Bool {
        state.withLock { $0.grants.removeValue(forKey: ticket.number) != nil }
    }

    /// Makes a connection that waited one that is being refused.
    func refuse() {
        state.withLock { $0.refused += 1 }
    }

    /// An admitted connection has ended: its place goes to the one that has waited longest.
    func release() {
        let grant = state.withLock { state in
            let grant = state.nextGrant()
            if grant == nil { state.served -= 1 }
            return grant
        }
        grant?()
    }

    /// A refused connection has ended.
    func endRefusal() {
        state.withLock { $0.refused -= 1 }
    }
}

extension ConnectionAdmission.Capacity {
    /// What the limits ask for, as far as the process may open descriptors. A part of those is left to listeners,
    /// upstream connections, files and the like.
    init(_ limits: WireLimits, descriptors: Int) {
        let available = max(16, descriptors - min(256, descriptors / 4))
        refused = min(256, available / 8)
        served = max(1, min(limits.connections, (available - refused) * 3 / 4))
        waiting = max(0, min(limits.waitingConnections, available - refused - served))
    }
}
