import Glibc
import Logging
import NetworkNamespaces
import ProcessSeparation
import Synchronization

/// Takes the listening sockets of shims, the processes that stand for Neutron's haproxies (contract neutron.md §8.3).
///
/// A shim opens its sockets in the namespace that it was started in, so that nothing has to be known about namespaces
/// here. Its sockets are served as long as its connection lasts.
public final class ShimSocket: Sendable {
    private let held: HeldListeners
    private let logger: Logger
    private let connections = Mutex<[Int32: ReadEvents]>([:])

    /// - Parameter path: of a UNIX socket that only we, and root, may connect to.
    /// - Throws: `SystemError`
    public init(path: String, held: HeldListeners, logger: Logger) throws {
        self.held = held
        self.logger = logger
        let listener = try ListeningSocket.unix(path: path, type: SOCK_SEQPACKET, permissions: 0o600, backlog: 4096)
        let events = ReadEvents.follow(listener) { [weak self] listener in
            self?.accept(listener)
            return true
        }
        connections.withLock { $0[listener] = events }
    }

    /// Takes no more; what was taken is released.
    public func close() {
        let all = connections.withLock { connections in
            defer { connections = [:] }
            return Array(connections.values)
        }
        for events in all { events.end() }
    }

    private func accept(_ listener: Int32) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            follow(descriptor)
        }
    }

    private func follow(_ descriptor: Int32) {
        let shim = Shim(held: held, logger: logger)
        let ended: @Sendable () -> Void = { [weak self] in
            shim.release()
            self?.connections.withLock { $0[descriptor] = nil }
        }
        let events = ReadEvents.follow(descriptor, whenEnded: ended) { shim.take(from: $0) }
        connections.withLock { $0[descriptor] = events }
    }
}
