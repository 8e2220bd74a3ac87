import Logging
import NetworkNamespaces
import ProcessSeparation

/// Keeps a listener in every network namespace that is to be served, as they come and go.
///
/// The listener is the identity: each knows the network or the router of its namespace, and nothing a guest sends can
/// change that (contract neutron.md §8.1).
public actor NamespaceListeners {
    /// How many namespaces are opened in one go: what has gone meanwhile waits for no more than these.
    private static let batch = 256

    private let wanted: WantedNamespaces
    private let opener: ListenerOpener
    private let watcher: NamespaceWatcher
    private let redirects: RouterRedirects
    private let logger: Logger
    private var open: [String: HeldNamespace] = [:]
    private var failures = NamespaceFailures()
    private var pending = PendingNamespaces()
    /// Namespaces whose devices have changed while their listeners were being opened.
    private var early: Set<String> = []

    /// - Parameters:
    ///   - told: namespaces with names that do not say what they serve.
    ///   - discovers: serve `qrouter-UUID`, `qdhcp-UUID` and `ovnmeta-UUID` without being told.
    ///   - held: is given the listeners.
    ///   - inherited: is asked for listeners before new ones are opened.
    ///   - redirects: told of each router's namespace that has a listener.
    ///   - backlog: connections that may wait at each listener.
    public init(
        told: [NamespaceAssignment], discovers: Bool, held: HeldListeners, inherited: InheritedListeners,
        redirects: RouterRedirects, backlog: Int32, logger: Logger
    ) throws {
        self.wanted = WantedNamespaces(told: told, discovers: discovers)
        self.opener = ListenerOpener(
            held: held, inherited: inherited, sockets: try NamespaceSockets(), redirects: redirects,
            backlog: backlog)
        self.watcher = try NamespaceWatcher()
        self.redirects = redirects
        self.logger = logger
    }

    /// Looks once, and returns when a listener stands in every namespace where that could be done.
    public func update() async {
        guard let present = try? NetworkNamespace.list() else { return }
        let names = Set(present)
        for (name, held) in open where !names.contains(name) || !held.isCurrent(as: name) { await close(name) }
        failures.keep(names.contains)
        early.formIntersection(names)
        let ready = pending.ready(among: present.filter { open[$0] == nil }.compactMap(wanted.assignment))
        let due = ready.filter { failures.mayRetry($0.namespace) }
        for start in stride(from: 0, to: due.count, by: Self.batch) {
            await listen(Array(due[start..<min(start + Self.batch, due.count)]))
        }
        if let delay = pending.delay { watcher.lookAgain(after: delay) }
    }

    /// Follows the host until cancelled, then closes every listener.
    public func follow() async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in self.watcher.changes { await self.update() } }
            group.addTask { for await name in self.opener.deviceChanges { await self.followDevices(of: name) } }
        }
        watcher.close()
        // The rules stay for the connections there are.
        for name in open.keys { await close(name, keepsRules: true) }
        opener.close()
    }

    private func listen(_ assignments: [NamespaceAssignment]) async {
        for (assignment, result) in zip(assignments, await opener.open(assignments)) {
            let name = assignment.namespace
            switch result {
            case .success(let opened):
                open[name] = opened
                failures.forget(name)
                logger.info("listening", metadata: ["namespace": "\(name)", "scope": "\(assignment.scope)"])
                if assignment.isRouter { await redirects.keep(name) }
                if early.remove(name) != nil { await followDevices(of: name) }
            case .failure(let error):
                guard failures.isNew(error, of: name), !opener.isServed(assignment.scope) else { continue }
                logger.warning("\(error)", metadata: ["namespace": "\(name)"])
            }
        }
    }

    /// A link-local address is served on the devices there are, and they may come later than the namespace.
    private func followDevices(of name: String) async {
        guard let held = open[name] else {
            early.insert(name)
            return
        }
        guard let present = await opener.devices(in: name) else { return }
        for device in held.onDevices.keys where !present.contains(device) {
            if let id = open[name]?.onDevices.removeValue(forKey: device) { opener.release(id) }
        }
        let assignment = NamespaceAssignment(namespace: name, scope: held.scope)
        for (device, id) in await opener.open(assignment, besides: Set(held.onDevices.keys)) {
            guard open[name]?.identity == held.identity, open[name]?.onDevices[device] == nil else {
                opener.release(id)
                continue
            }
            open[name]?.onDevices[device] = id
        }
    }

    /// An open socket would keep the namespace alive after its name has gone.
    private func close(_ name: String, keepsRules: Bool = false) async {
        guard let closing = open.removeValue(forKey: name) else { return }
        closing.events?.close()
        for id in closing.listeners { opener.release(id) }
        logger.info("closed", metadata: ["namespace": "\(name)"])
        guard NamespaceAssignment(namespace: name, scope: closing.scope).isRouter, !keepsRules else { return }
        await redirects.forget(name, removing: closing.isCurrent(as: name))
    }
}
