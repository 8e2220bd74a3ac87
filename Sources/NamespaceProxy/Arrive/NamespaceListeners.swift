import HTTPWire
import InstanceModel
import Logging
import MetadataService
import NetworkNamespaces

/// ARRIVE, in namespaces: keeps a listener in every network namespace that is to be served, as they come and go.
///
/// The listener is the identity: each knows the network or the router of its namespace, and nothing a guest sends can
/// change that (contract neutron.md §8.1).
public actor NamespaceListeners {
    /// How often `/run/netns` is looked at.
    private static let interval = Duration.milliseconds(200)

    private struct Open {
        var assignment: NamespaceAssignment
        var servers: [Listener]
    }

    private let told: [NamespaceAssignment]
    private let discovers: Bool
    private let path: MetadataPath
    private let server: HTTPServer
    private let sockets: NamespaceSockets
    private let logger: Logger
    private var open: [String: Open] = [:]
    /// The last failure of a namespace, so that it is logged once and not at every look.
    private var failures: [String: String] = [:]

    /// - Parameters:
    ///   - told: namespaces with names that do not say what they serve.
    ///   - discovers: serve `qrouter-UUID`, `qdhcp-UUID` and `ovnmeta-UUID` without being told.
    public init(
        told: [NamespaceAssignment], discovers: Bool, path: MetadataPath, server: HTTPServer, logger: Logger
    ) throws {
        self.told = told
        self.discovers = discovers
        self.path = path
        self.server = server
        self.sockets = try NamespaceSockets()
        self.logger = logger
    }

    /// Looks once, and returns when a listener stands in every namespace that could be served.
    public func update() async {
        guard let present = try? NetworkNamespace.list() else { return }
        let wanted = assignments(among: present)
        for name in open.keys where wanted[name] != open[name]?.assignment { await close(name) }
        for (name, assignment) in wanted where open[name] == nil { await listen(name, assignment) }
        failures = failures.filter { wanted[$0.key] != nil }
    }

    /// Follows the host until cancelled, then closes every listener.
    public func follow() async {
        while !Task.isCancelled {
            await update()
            try? await Task.sleep(for: Self.interval)
        }
        for name in open.keys { await close(name) }
        sockets.close()
    }

    private func assignments(among present: [String]) -> [String: NamespaceAssignment] {
        let present = Set(present)
        let discovered = discovers ? present.compactMap(NamespaceAssignment.init(discovered:)) : []
        return Dictionary((discovered + told).filter { present.contains($0.namespace) }.map { ($0.namespace, $0) }) {
            $1
        }
    }

    private func listen(_ name: String, _ assignment: NamespaceAssignment) async {
        do {
            let listeners = try await sockets.listen(in: name, at: assignment.listenAddresses)
            var servers: [Listener] = []
            for listener in listeners { servers.append(try await serve(listener, assignment.scope)) }
            open[name] = Open(assignment: assignment, servers: servers)
            failures[name] = nil
            logger.info("listening", metadata: ["namespace": "\(name)", "scope": "\(assignment.scope)"])
        } catch {
            guard failures.updateValue("\(error)", forKey: name) != "\(error)" else { return }
            logger.warning("\(error)", metadata: ["namespace": "\(name)"])
        }
    }

    private func serve(_ listener: NamespaceListener, _ scope: Scope) async throws -> Listener {
        let path = path
        let label = "\(scope)"
        return try await server.serve(descriptor: listener.descriptor) { channel in
            try path.responder(for: channel, listener: label, identify: .port(scope))
        }
    }

    /// An open listener would keep the namespace alive after its name has gone.
    private func close(_ name: String) async {
        guard let closing = open.removeValue(forKey: name) else { return }
        for server in closing.servers { await server.close() }
        logger.info("closed", metadata: ["namespace": "\(name)"])
    }
}
