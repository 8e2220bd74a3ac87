import Dispatch
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
    private let queue = DispatchQueue(label: "metapath.shims")
    private let connections = Mutex<[Int32: ReadEvents]>([:])

    /// - Parameter path: of a UNIX socket that only we, and root, may connect to.
    /// - Throws: `SystemError`
    public init(path: String, held: HeldListeners, logger: Logger) throws {
        self.held = held
        self.logger = logger
        let listener = try ListeningSocket.unix(
            path: path, type: SOCK_SEQPACKET, permissions: 0o600, backlog: 4096)
        follow(listener, whenEnded: { Glibc.close(listener) }) { [weak self] in self?.accept(listener) }
    }

    deinit {
        close()
    }

    /// Takes no more; what was taken is released.
    public func close() {
        connections.withLock { $0 = [:] }
    }

    private func accept(_ listener: Int32) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let shim = Shim(channel: DescriptorChannel(descriptor: descriptor), held: held, logger: logger)
            follow(descriptor, whenEnded: shim.release) { [weak self] in
                if !shim.take() { self?.end(descriptor) }
            }
        }
    }

    private func follow(
        _ descriptor: Int32, whenEnded: @escaping @Sendable () -> Void, _ read: @escaping @Sendable () -> Void
    ) {
        let events = ReadEvents(of: descriptor, on: queue, whenEnded: whenEnded, read: read)
        connections.withLock { $0[descriptor] = events }
    }

    private func end(_ descriptor: Int32) {
        connections.withLock { $0[descriptor] = nil }
    }
}
