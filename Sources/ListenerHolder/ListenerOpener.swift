import InstanceModel
import NetworkNamespaces
import ProcessSeparation

/// Opens listeners in namespaces and has them held.
struct ListenerOpener: Sendable {
    private let held: HeldListeners
    private let inherited: InheritedListeners
    private let sockets: NamespaceSockets
    private let redirects: RouterRedirects
    private let backlog: Int32
    /// Names of namespaces whose devices have changed.
    let deviceChanges: AsyncStream<String>
    private let deviceChanged: AsyncStream<String>.Continuation

    init(
        held: HeldListeners, inherited: InheritedListeners, sockets: NamespaceSockets, redirects: RouterRedirects,
        backlog: Int32
    ) {
        self.backlog = backlog
        self.held = held
        self.inherited = inherited
        self.sockets = sockets
        self.redirects = redirects
        (deviceChanges, deviceChanged) = AsyncStream.makeStream()
    }

    /// Ends ``deviceChanges`` and the thread that enters namespaces.
    func close() {
        deviceChanged.finish()
        sockets.close()
    }

    /// Opens all of them at once. The results are in the order of the assignments.
    func open(_ assignments: [NamespaceAssignment]) async -> [Result<HeldNamespace, any Error>] {
        let requests = assignments.map { assignment in
            var request = assignment.request(redirectPort: redirects.port)
            request.inherited = inherited.take(.namespace(assignment.namespace))
            return request
        }
        let openings = await sockets.open(requests, backlog: backlog) { [deviceChanged, redirects] name, event in
            switch event {
            case .devices: deviceChanged.yield(name)
            case .redirectDamaged: redirects.changed(name, isDamaged: true)
            case .redirectWhole: redirects.changed(name, isDamaged: false)
            }
        }
        return zip(assignments, openings).map { assignment, opening in
            Result { try hold(opening.get(), assignment) }
        }
    }

    private func hold(_ opening: NamespaceOpening, _ assignment: NamespaceAssignment) throws -> HeldNamespace {
        do {
            var listeners = try hold(opening.listeners, assignment)
            let everywhere = listeners.removeValue(forKey: 0)
            return HeldNamespace(
                scope: assignment.scope, identity: opening.identity, everywhere: everywhere, onDevices: listeners,
                events: opening.events)
        } catch {
            opening.events?.close()
            throw error
        }
    }

    /// Opens listeners on devices that have none, as far as that can be done.
    func open(_ assignment: NamespaceAssignment, besides devices: Set<UInt32>) async -> [UInt32: ListenerID] {
        let addresses = assignment.listenAddresses(redirectPort: redirects.port).filter(\.isPerDevice)
        let opened = try? await sockets.listen(
            in: assignment.namespace, at: addresses, besides: devices, backlog: backlog)
        return (try? hold(opened ?? [], assignment)) ?? [:]
    }

    /// The devices on which guests reach a network's namespace; nil when it has gone.
    func devices(in namespace: String) async -> Set<UInt32>? {
        try? await sockets.devices(in: namespace, prefix: NamespaceKind.devicePrefix)
    }

    /// Somebody else has brought sockets for this scope.
    func isServed(_ scope: Scope) -> Bool {
        held.serves(scope)
    }

    func release(_ id: ListenerID) {
        held.release(id)
    }

    /// All of them, or none.
    private func hold(
        _ listeners: [NamespaceListener], _ assignment: NamespaceAssignment
    ) throws -> [UInt32: ListenerID] {
        var ids: [UInt32: ListenerID] = [:]
        for (index, listener) in listeners.enumerated() {
            do {
                ids[listener.device] = try held.hold(
                    listener.descriptor, for: .guests(assignment.scope), at: .namespace(assignment.namespace))
            } catch {
                for id in ids.values { held.release(id) }
                for listener in listeners[(index + 1)...] { listener.close() }
                throw error
            }
        }
        return ids
    }
}
