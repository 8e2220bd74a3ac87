import Glibc

/// A listening socket inside a network namespace: non-blocking, closed on exec, owned by whoever asked for it.
///
/// It may be used from any thread. While it is open the namespace lives on even when its name is gone, so close it
/// when the name disappears from ``NetworkNamespace/directory``.
public struct NamespaceListener: Hashable, Sendable {
    public var descriptor: Int32
    public var address: ListenAddress
    /// The index of the device a link-local address is on; 0 for any other address.
    public var device: UInt32 = 0

    /// For whoever has not given the descriptor to somebody else.
    public func close() {
        Glibc.close(descriptor)
    }
}

/// What is to be opened in a namespace.
public struct NamespaceRequest: Sendable {
    public var namespace: String
    public var addresses: [ListenAddress]
    /// Which changes to follow from before the sockets are opened; nil for none.
    public var following: NamespaceEvents.Subject?
    /// Listening sockets that may be used instead of new ones, where they are in this namespace and at these addresses;
    /// they belong to whoever opens the namespace.
    public var inherited: [Int32] = []

    public init(namespace: String, addresses: [ListenAddress], following: NamespaceEvents.Subject? = nil) {
        self.namespace = namespace
        self.addresses = addresses
        self.following = following
    }
}

/// What was opened in a namespace.
public struct NamespaceOpening: Sendable {
    /// The namespace that had the name when it was entered.
    public var identity: NamespaceIdentity
    public var listeners: [NamespaceListener]
    /// To be closed with the listeners. Nil when nothing was to be followed.
    public var events: NamespaceEvents?
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
    /// - Parameters:
    ///   - backlog: connections that may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    ///   - devices: indices of devices on which link-local addresses are served already.
    /// - Throws: ``NamespaceError``: `noSuchNamespace`, `notPermitted` without CAP_SYS_ADMIN, `addressInUse`.
    public func listen(
        in namespace: String, at addresses: [ListenAddress], besides devices: Set<UInt32> = [], backlog: Int32 = 4096
    ) async throws(NamespaceError) -> [NamespaceListener] {
        try await thread.perform(in: namespace) { _ throws(NamespaceError) in
            try Self.open(addresses, in: namespace, besides: devices, backlog: backlog)
        }
    }

    /// Opens many at once. The results are in the order of the requests, and none depends on another.
    /// - Parameter tell: told what has changed in which namespace from then on; it must not block.
    public func open(
        _ requests: [NamespaceRequest], backlog: Int32 = 4096,
        tell: @escaping @Sendable (String, NamespaceEvent) -> Void = { _, _ in }
    ) async -> [Result<NamespaceOpening, NamespaceError>] {
        let results = await thread.perform(requests, in: \.namespace) { request, identity throws(NamespaceError) in
            var events: NamespaceEvents?
            if let subject = request.following {
                events = try NamespaceEvents(of: subject) { tell(request.namespace, $0) }
            }
            let inherited = InheritedSocket.listeners(among: request.inherited, at: request.addresses)
            do throws(NamespaceError) {
                let opened = try Self.open(
                    request.addresses, in: request.namespace, inherited: inherited, backlog: backlog)
                return NamespaceOpening(identity: identity, listeners: opened, events: events)
            } catch {
                events?.close()
                throw error
            }
        }
        for (request, result) in zip(requests, results) {
            let used = Set((try? result.get())?.listeners.map(\.descriptor) ?? [])
            for descriptor in request.inherited where !used.contains(descriptor) { Glibc.close(descriptor) }
        }
        return results
    }

    private static func open(
        _ addresses: [ListenAddress], in namespace: String, inherited: [NamespaceListener], backlog: Int32
    ) throws(NamespaceError) -> [NamespaceListener] {
        let devices = Set(inherited.map(\.device)).subtracting([0])
        let rest = addresses.filter { address in
            address.isPerDevice || !inherited.contains { $0.address == address }
        }
        // One that listens already takes the new number of those who may wait.
        for listener in inherited { Glibc.listen(listener.descriptor, backlog) }
        return inherited + (try open(rest, in: namespace, besides: devices, backlog: backlog))
    }

    /// The indices of the namespace's devices whose names begin with that prefix.
    public func devices(in namespace: String, prefix: String) async throws(NamespaceError) -> Set<UInt32> {
        try await thread.perform(in: namespace) { _ throws(NamespaceError) in
            Set(ListenAddress.deviceIndices(prefix: prefix))
        }
    }

    /// Listens at every address in the namespace that the process is in, or, on failure, at none.
    /// - Throws: ``NamespaceError``
    public static func listenHere(
        at addresses: [ListenAddress], backlog: Int32 = 4096
    ) throws(NamespaceError) -> [NamespaceListener] {
        try open(addresses, in: "of this process", besides: [], backlog: backlog)
    }

    private static func open(
        _ addresses: [ListenAddress], in namespace: String, besides devices: Set<UInt32>, backlog: Int32
    ) throws(NamespaceError) -> [NamespaceListener] {
        var listeners: [NamespaceListener] = []
        for address in addresses {
            do throws(NamespaceError) {
                listeners += try address.open(besides: devices, backlog: backlog)
            } catch {
                for listener in listeners { Glibc.close(listener.descriptor) }
                throw NamespaceError(error.kind, "In the network namespace \(namespace): \(error.message)")
            }
        }
        return listeners
    }
}
