import CLinux
import NIOCore
import Polling
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Names a socket that a ``ConnectionAcceptor`` accepts from.
typealias ListenerNumber = UInt64

/// Accepts the connections of any number of listening sockets, on one thread, and spreads them over event loops.
///
/// A socket that nobody connects to costs next to nothing here, and another process may accept from it, too: neither
/// holds for NIO's own listeners.
final class ConnectionAcceptor: Sendable {
    /// Is given connections on the event loop that they are to stay on; the descriptors are the receiver's.
    typealias Receiver = @Sendable (_ descriptors: [CInt], _ listener: ListenerNumber, any EventLoop) -> Void

    private struct State {
        var listeners: [ListenerNumber: CInt] = [:]
        var lastNumber: ListenerNumber = 0
        /// Of the event loop that the next connection goes to.
        var turn = 0
    }

    /// Connections taken from one socket before the others have their turn.
    private static let most = 16
    /// Microseconds for which nothing is accepted once no descriptor is left.
    private static let rest: useconds_t = 100_000

    private let eventLoops: [any EventLoop]
    private let receive: Receiver
    private let state = Mutex(State())
    private let thread = Mutex<PollThread?>(nil)

    init(eventLoops: [any EventLoop], receive: @escaping Receiver) {
        self.eventLoops = eventLoops
        self.receive = receive
    }

    /// Begins to accept.
    /// - Parameter descriptor: listening and non-blocking; belongs to the acceptor from now on, also on failure.
    /// - Throws: `IOError`
    func add(_ descriptor: CInt) throws -> ListenerNumber {
        // Accepted connections have it from there. There is none on a UNIX socket.
        var isOn: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
        let number = state.withLock { state in
            state.lastNumber += 1
            state.listeners[state.lastNumber] = descriptor
            return state.lastNumber
        }
        let code = pollThread().add(descriptor, as: number)
        guard code == 0 else {
            remove(number)
            throw IOError(errnoCode: code, reason: "wait for connections")
        }
        return number
    }

    /// Closes the socket. What was accepted from it before is on its way to its event loop when this returns.
    func remove(_ number: ListenerNumber) {
        state.withLock { state in
            guard let descriptor = state.listeners.removeValue(forKey: number) else { return }
            pollThread().remove(descriptor)
            close(descriptor)
        }
    }

    /// Closes all sockets, and ends the thread.
    func end() {
        for number in state.withLock({ Array($0.listeners.keys) }) { remove(number) }
        thread.withLock { thread in
            thread?.end()
            thread = nil
        }
    }

    private func pollThread() -> PollThread {
        thread.withLock { thread in
            if let thread { return thread }
            let made = PollThread(label: "metapath.acceptor") { [self] number in
                if !state.withLock({ accept(from: number, &$0) }) { usleep(Self.rest) }
            }
            thread = made
            return made
        }
    }

    /// Takes connections and gives them to their event loops; all under the lock, so that none is on its way unnoticed
    /// when the socket is removed.
    /// - Returns: false when the process can have no more descriptors.
    private func accept(from number: ListenerNumber, _ state: inout State) -> Bool {
        guard let listener = state.listeners[number] else { return true }
        var accepted: [[CInt]] = Array(repeating: [], count: eventLoops.count)
        var code: CInt = 0
        for _ in 0..<Self.most {
            let descriptor = clinux_accept(listener)
            guard descriptor >= 0 else {
                code = errno
                // The client may have gone, while others wait.
                if code == ECONNABORTED || code == EINTR { continue }
                break
            }
            accepted[state.turn].append(descriptor)
            state.turn = state.turn + 1 == eventLoops.count ? 0 : state.turn + 1
        }
        for (eventLoop, descriptors) in zip(eventLoops, accepted) where !descriptors.isEmpty {
            eventLoop.execute { [receive] in receive(descriptors, number, eventLoop) }
        }
        return code != EMFILE && code != ENFILE && code != ENOBUFS && code != ENOMEM
    }
}
