import ArgumentParser
import HTTPWire
import ListenerHolder
import Logging
import NamespaceProxy
import NetworkNamespaces
import ProcessSeparation
import ServiceLifecycle
import UnixSignals

/// The small part of `up` and `proxy` that has privileges: it opens every socket, sets the rules in namespaces, and keeps
/// a worker that serves. It reads nothing that a guest sends.
struct Holder {
    let settings: DaemonSettings
    let logger: Logger

    /// Returns after SIGTERM or SIGINT, when requests in flight have been answered.
    func run() async throws {
        let stop = await StopService()
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        DescriptorLimit.raise()
        let manager = ServiceManager()
        let held = HeldListeners(manager: manager)
        let inherited = InheritedListeners()
        try holdControl(held, inherited)
        try holdService(held, inherited)
        try holdAgentSocket(held, inherited)
        let shims = try shimSocket(held)
        defer { shims?.close() }
        let workers = try workers(held, manager)
        try await workers.begin()
        var services: [any Service] = [MemoryService(), WorkerService(workers: workers, reloads: reloads)]
        if let namespaces = settings.namespaces, !namespaces.isEmpty {
            try await follow(namespaces, held, inherited, &services)
        }
        inherited.closeRest()
        await workers.settle()
        ProcessMemory.release()
        do {
            try await stop.run(services, logger: logger)
        } catch let error as Workers.NeverReady {
            throw ExitCode(error.status)
        }
    }

    /// Services stop from last to first: workers, with what they have been asked, then the listeners, then the rules that
    /// led guests to those.
    private func follow(
        _ namespaces: NamespaceSettings, _ held: HeldListeners, _ inherited: InheritedListeners,
        _ services: inout [any Service]
    ) async throws {
        let redirects = RouterRedirects(port: namespaces.redirectPort, logger: logger)
        let listeners = try NamespaceListeners(
            told: namespaces.told, discovers: namespaces.discovers, held: held, inherited: inherited,
            redirects: redirects, backlog: settings.limits.backlog, logger: logger)
        await listeners.update()
        services.insert(NamespaceService(listeners: listeners), at: 0)
        services.insert(RedirectService(redirects: redirects), at: 0)
    }

    private func workers(_ held: HeldListeners, _ manager: ServiceManager?) throws -> Workers {
        // Read now: the program may be replaced on disk later, and that is the one to start then.
        let program = try Executable.own()
        let command = [program] + CommandLine.arguments.dropFirst() + ["--worker"]
        let capabilities = settings.account == nil ? [] : Capability.toBecomeAnother
        return Workers(
            listeners: held, start: { try WorkerLink(command, capabilities: capabilities) },
            keepPorts: { [logger, path = settings.portFile] descriptor in
                do {
                    let ports = try MemoryFile.contents(closing: descriptor)
                    if let path { try PortFile.write(ports, to: path) }
                } catch {
                    logger.warning("[metapath] port_file: the known ports cannot be kept: \(error)")
                }
            },
            whenReady: { running in
                manager?.ready()
                if Executable.hasChanged(program) { becomeNew(program, held, running) }
            }, logger: logger)
    }

    /// A worker of the new program serves: its arguments and files are right. Workers retire when this program goes.
    private func becomeNew(_ program: String, _ held: HeldListeners, _ running: [WorkerLink]) {
        logger.notice("the program on disk is another one; going on as that", metadata: ["path": "\(program)"])
        do {
            try Inheritance.leave(
                to: program, arguments: CommandLine.arguments, boxes: held.inheritable, children: running.map(\.pid))
        } catch {
            logger.error("\(error) Going on as before.")
        }
    }

    private func shimSocket(_ held: HeldListeners) throws -> ShimSocket? {
        guard let path = settings.shimSocket else { return nil }
        do {
            try SocketDirectory.make(for: path)
            return try ShimSocket(path: path, held: held, logger: logger)
        } catch {
            throw CommandError(
                "\(error) Expected a path for a socket; [metapath] shim_socket or --shim-socket names another.")
        }
    }

    private func holdService(_ held: HeldListeners, _ inherited: InheritedListeners) throws {
        guard let listen = settings.service?.listen else { return }
        do {
            try hold(.service, at: listen, held, inherited) {
                switch listen {
                case .tcp(let host, let port):
                    try ListeningSocket.tcp(host: host, port: port, backlog: settings.limits.backlog)
                case .unix(let path): try ListeningSocket.unix(path: path, backlog: settings.limits.backlog)
                }
            }
        } catch {
            throw CommandError(
                "\(error) Is another metadata service running? --listen chooses another address than \(listen).")
        }
    }

    private func holdAgentSocket(_ held: HeldListeners, _ inherited: InheritedListeners) throws {
        guard let socket = settings.agentSocket else { return }
        do {
            try SocketDirectory.make(for: socket.path)
            try hold(.agent, at: .unix(path: socket.path), held, inherited) {
                try ListeningSocket.unix(
                    path: socket.path, permissions: socket.permissions, owner: socket.owner, group: socket.group,
                    backlog: settings.limits.backlog)
            }
        } catch {
            throw CommandError(
                """
                \(error) Expected a path for a socket in a directory that we may write to, and to be root where \
                metadata_proxy_user or metadata_proxy_group is somebody else; metadata_proxy_socket or --agent-socket \
                names another path.
                """)
        }
    }

    private func holdControl(_ held: HeldListeners, _ inherited: InheritedListeners) throws {
        guard let control = settings.control else { return }
        let place = ListenerPlace.address("unix:\(control.path)")
        let found = try inherited.take(place).first ?? control.open(backlog: settings.limits.backlog, logger: logger)
        if let found { _ = try held.hold(found, for: .control, at: place) }
    }

    /// The socket that the process before this one had there, or a new one.
    private func hold(
        _ purpose: ListenerPurpose, at target: ListenTarget, _ held: HeldListeners, _ inherited: InheritedListeners,
        open: () throws -> Int32
    ) throws {
        let place = ListenerPlace.address("\(target)")
        _ = try held.hold(inherited.take(place).first ?? open(), for: purpose, at: place)
        logger.notice("listening", metadata: ["address": "\(target)"])
    }
}
