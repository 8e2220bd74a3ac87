import HTTPWire
import InstanceModel
import MetadataService
import NetworkNamespaces

/// Opens listeners in namespaces and has them served.
struct ListenerOpener: Sendable {
    private let path: MetadataPath
    private let server: HTTPServer
    private let sockets: NamespaceSockets
    private let redirects: RouterRedirects
    /// Names of namespaces whose devices have changed.
    let deviceChanges: AsyncStream<String>
    private let deviceChanged: AsyncStream<String>.Continuation

    init(path: MetadataPath, server: HTTPServer, sockets: NamespaceSockets, redirects: RouterRedirects) {
        self.path = path
        self.server = server
        self.sockets = sockets
        self.redirects = redirects
        (deviceChanges, deviceChanged) = AsyncStream.makeStream()
    }

    /// Ends ``deviceChanges`` and the thread that enters namespaces.
    func close() {
        deviceChanged.finish()
        sockets.close()
    }

    /// Opens all of them at once.
    func open(
        _ assignments: [NamespaceAssignment]
    ) async -> [(NamespaceAssignment, Result<ServedNamespace, any Error>)] {
        let requests = assignments.map { $0.request(redirectPort: redirects.port) }
        let openings = await sockets.open(requests) { [deviceChanged, redirects] name, event in
            switch event {
            case .devices: deviceChanged.yield(name)
            case .redirectDamaged: redirects.changed(name, isDamaged: true)
            case .redirectWhole: redirects.changed(name, isDamaged: false)
            }
        }
        return await withTaskGroup { group in
            for (assignment, opening) in zip(assignments, openings) {
                group.addTask { (assignment, await result(of: opening, for: assignment)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Opens listeners on devices that have none, as far as that can be done.
    func open(_ assignment: NamespaceAssignment, besides devices: Set<UInt32>) async -> [UInt32: Listener] {
        let addresses = assignment.listenAddresses(redirectPort: redirects.port).filter(\.isPerDevice)
        let opened = try? await sockets.listen(in: assignment.namespace, at: addresses, besides: devices)
        return (try? await serve(opened ?? [], assignment.scope)) ?? [:]
    }

    /// The devices on which guests reach a network's namespace; nil when it has gone.
    func devices(in namespace: String) async -> Set<UInt32>? {
        try? await sockets.devices(in: namespace, prefix: NamespaceKind.devicePrefix)
    }

    private func result(
        of opening: Result<NamespaceOpening, NamespaceError>, for assignment: NamespaceAssignment
    ) async -> Result<ServedNamespace, any Error> {
        do {
            let opening = try opening.get()
            let listeners = try await serve(opening.listeners, assignment.scope)
            return .success(
                ServedNamespace(
                    assignment: assignment, identity: opening.identity, listeners: listeners, events: opening.events))
        } catch {
            return .failure(error)
        }
    }

    /// All of them, or none.
    private func serve(_ listeners: [NamespaceListener], _ scope: Scope) async throws -> [UInt32: Listener] {
        var served: [UInt32: Listener] = [:]
        for (index, listener) in listeners.enumerated() {
            do {
                served[listener.device] = try await serve(listener, scope)
            } catch {
                for listener in served.values { await listener.close() }
                for listener in listeners[(index + 1)...] { listener.close() }
                throw error
            }
        }
        return served
    }

    private func serve(_ listener: NamespaceListener, _ scope: Scope) async throws -> Listener {
        let path = path
        let label = "\(scope)"
        return try await server.serve(descriptor: listener.descriptor) { channel in
            try path.responder(
                for: channel, listener: label, identify: .port(scope), mac: MACAddress(neighbourOf: channel))
        }
    }
}
