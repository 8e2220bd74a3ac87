import ArgumentParser
import Foundation
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
        DescriptorLimit.raise()
        let held = HeldListeners()
        try holdService(held)
        try holdAgentSocket(held)
        let shims = try shimSocket(held)
        defer { shims?.close() }
        let workers = try workers(held)
        try await workers.begin()
        var services: [any Service] = [WorkerService(workers: workers)]
        if let namespaces = settings.namespaces, !namespaces.isEmpty {
            try await follow(namespaces, held, &services)
        }
        await workers.settle()
        StartPages.release()
        do {
            try await ServiceGroup(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            ).run()
        } catch let error as Workers.NeverReady {
            throw ExitCode(error.status)
        }
    }

    /// Services stop from last to first: workers, with what they have been asked, then the listeners, then the rules that
    /// led guests to those.
    private func follow(
        _ namespaces: NamespaceSettings, _ held: HeldListeners, _ services: inout [any Service]
    ) async throws {
        let redirects = RouterRedirects(port: namespaces.redirectPort, logger: logger)
        let listeners = try NamespaceListeners(
            told: namespaces.told, discovers: namespaces.discovers, held: held, redirects: redirects, logger: logger)
        await listeners.update()
        services.insert(NamespaceService(listeners: listeners), at: 0)
        services.insert(RedirectService(redirects: redirects), at: 0)
    }

    private func workers(_ held: HeldListeners) throws -> Workers {
        // Read now: the program may be replaced on disk later, and that is the one to start then.
        let command = [try Executable.own()] + CommandLine.arguments.dropFirst() + ["--worker"]
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
            }, logger: logger)
    }

    private func shimSocket(_ held: HeldListeners) throws -> ShimSocket? {
        guard let path = settings.shimSocket else { return nil }
        do {
            try Self.makeDirectory(of: path)
            return try ShimSocket(path: path, held: held, logger: logger)
        } catch {
            throw CommandError(
                "\(error) Expected a path for a socket; [metapath] shim_socket or --shim-socket names another.")
        }
    }

    private static func makeDirectory(of path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
    }

    private func holdService(_ held: HeldListeners) throws {
        guard let service = settings.service else { return }
        do {
            let descriptor =
                switch service.listen {
                case .tcp(let host, let port):
                    try ListeningSocket.tcp(host: host, port: port, backlog: settings.limits.backlog)
                case .unix(let path): try ListeningSocket.unix(path: path, backlog: settings.limits.backlog)
                }
            _ = try held.hold(descriptor, for: .service)
        } catch {
            throw CommandError(
                "\(error) Is another metadata service running? --listen chooses another address than \(service.listen)."
            )
        }
        logger.notice("listening", metadata: ["address": "\(service.listen)"])
    }

    private func holdAgentSocket(_ held: HeldListeners) throws {
        guard let socket = settings.agentSocket else { return }
        do {
            try Self.makeDirectory(of: socket.path)
            let descriptor = try ListeningSocket.unix(
                path: socket.path, permissions: socket.permissions, owner: socket.owner, group: socket.group,
                backlog: settings.limits.backlog)
            _ = try held.hold(descriptor, for: .agent)
        } catch {
            throw CommandError(
                """
                \(error) Expected a path for a socket in a directory that we may write to, and to be root where \
                metadata_proxy_user or metadata_proxy_group is somebody else; metadata_proxy_socket or --agent-socket \
                names another path.
                """)
        }
        logger.notice("listening", metadata: ["address": "unix:\(socket.path)"])
    }
}
