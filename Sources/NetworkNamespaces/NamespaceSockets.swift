import Glibc

/// A listening socket inside a network namespace: non-blocking, closed on exec, owned by whoever asked for it.
///
/// It may be used from any thread. While it is open the namespace lives on even when its name is gone, so close it
/// when the name disappears from ``NetworkNamespace/directory``.
public struct NamespaceListener: Hashable, Sendable {
    public var descriptor: Int32
    public var address: ListenAddress
}

/// Opens sockets in any number of network namespaces from one process (contract neutron.md §8.1).
public final class NamespaceSockets: Sendable {
    private let thread: NamespaceThread

    /// Starts the thread that enters the namespaces.
    public init() throws(NamespaceError) {
        thread = try NamespaceThread()
    }

    deinit {
        thread.close()
    }

    /// Ends the thread; sockets that were opened stay open.
    public func close() {
        thread.close()
    }

    /// Listens at every address, or, on failure, at none. An IPv6 address without a device to be on is left out.
    /// - Parameter backlog: connections that may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    /// - Throws: ``NamespaceError``: `noSuchNamespace`, `notPermitted` without CAP_SYS_ADMIN, `addressInUse`.
    public func listen(
        in namespace: String, at addresses: [ListenAddress], backlog: Int32 = 4096
    ) async throws(NamespaceError) -> [NamespaceListener] {
        try await thread.perform(in: namespace) { () throws(NamespaceError) in
            var listeners: [NamespaceListener] = []
            for address in addresses {
                do throws(NamespaceError) {
                    let descriptors = try address.open(backlog: backlog)
                    listeners += descriptors.map { NamespaceListener(descriptor: $0, address: address) }
                } catch {
                    for listener in listeners { Glibc.close(listener.descriptor) }
                    throw NamespaceError(error.kind, "In the network namespace \(namespace): \(error.message)")
                }
            }
            return listeners
        }
    }
}
