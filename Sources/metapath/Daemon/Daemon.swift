import HTTPWire
import InstanceStore
import Logging
import MetadataDocuments
import MetadataService
import NIOCore
import NIOPosix
import NamespaceProxy
import NetworkNamespaces
import NovaDatabase
import OpenStackAPI
import ServiceLifecycle
import UnixSignals

/// Wires ARRIVE, IDENTIFY and ANSWER together as the settings say, starts them, and stops them when told.
struct Daemon {
    let settings: DaemonSettings
    let logger: Logger

    /// Returns after SIGTERM or SIGINT, when requests in flight have been answered.
    func run() async throws {
        DescriptorLimit.raise()
        let workers = settings.workers > 0 ? settings.workers : System.coreCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: workers)
        let neutron = try neutron(group)
        let store = try openStore(neutron)
        let log = try settings.accessLog.map(RequestLog.init(path:))
        for warning in settings.vendorData.warnings { logger.warning("\(warning)") }
        let vendorData = try vendorData(group)
        let directory = DocumentDirectory(store: store, settings: settings.documents, secrets: settings.secrets)
        let upstream = try upstream(group)
        let ports = neutron.flatMap(followedPorts)
        await ports?.follower.restore()
        let path = try await MetadataPath(
            group: group, directory: directory, ports: ports?.finder, answer: answer(vendorData, upstream), log: log,
            reporter: Reporter(logger: logger))
        let server = HTTPServer(group: group, limits: settings.limits)
        try await listen(server, path)
        if let socket = settings.agentSocket {
            try await socket.listen(server, path)
            logger.notice("listening", metadata: ["address": "unix:\(socket.path)"])
        }

        var services: [any Service] = [
            VendorDataService(vendorData: vendorData, logger: logger), ServerService(server: server),
        ]
        if let namespaces = settings.namespaces, !namespaces.isEmpty {
            try await follow(namespaces, path, server, ports?.follower, &services)
        }
        if let ports { services.append(PortService(follower: ports.follower)) }
        // Stopped last of all: requests in flight may need it.
        if let neutron { services.insert(NeutronService(neutron: neutron), at: 0) }
        if let upstream { services.insert(UpstreamService(pool: upstream), at: 0) }
        if let log { services.insert(RequestLogService(log: log), at: 0) }
        StartPages.release()
        logger.notice("ready", metadata: ["workers": "\(workers)"])
        try await ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
        try await group.shutdownGracefully()
    }

    /// Services stop from last to first: listeners, then the connections they have accepted, then the rules that led
    /// those here.
    private func follow(
        _ namespaces: NamespaceSettings, _ path: MetadataPath, _ server: HTTPServer, _ ports: PortFollower?,
        _ services: inout [any Service]
    ) async throws {
        let redirects = RouterRedirects(port: namespaces.redirectPort, logger: logger)
        let listeners = try NamespaceListeners(
            told: namespaces.told, discovers: namespaces.discovers, path: path, server: server, redirects: redirects,
            ports: ports, logger: logger)
        await listeners.update()
        services.insert(RedirectService(redirects: redirects), at: 0)
        services.append(NamespaceService(listeners: listeners))
    }

    /// Guests behind namespaces and haproxies are known by Neutron's ports. Nil where there are no such guests.
    private func followedPorts(_ neutron: Neutron) -> (finder: FollowedPorts, follower: PortFollower)? {
        guard settings.namespaces?.isEmpty == false || settings.agentSocket != nil else { return nil }
        let table = PortTable()
        let follower = PortFollower(
            source: NeutronPortSource(neutron), table: table, path: settings.portFile, logger: logger)
        return (FollowedPorts(table: table, follower: follower, logger: logger), follower)
    }

    private func openStore(_ neutron: Neutron?) throws -> any InstanceStore {
        if settings.store.location == .neutron { return NoInstances() }
        guard let nova = settings.store.nova else { return try StoreOptions.open(settings.store.location) }
        let database = NovaDatabase(nova.database) { [logger] in logger.warning("\($0)") }
        return NovaInstanceStore(database: database, neutron: neutron, lifetime: nova.lifetime)
    }

    private func neutron(_ group: MultiThreadedEventLoopGroup) throws -> Neutron? {
        do {
            return try settings.store.neutron?.neutron(on: group)
        } catch {
            throw CommandError("[neutron] certfile, keyfile: expected a certificate and its key in PEM: \(error)")
        }
    }

    private func listen(_ server: HTTPServer, _ path: MetadataPath) async throws {
        guard let service = settings.service else { return }
        let responder: HTTPServer.ResponderFactory = { channel in
            try path.responder(for: channel, listener: "service", identify: service.identify)
        }
        do {
            switch service.listen {
            case .tcp(let host, let port): _ = try await server.bind(host: host, port: port, responder: responder)
            case .unix(let file): _ = try await server.bind(unixPath: file, responder: responder)
            }
        } catch {
            throw CommandError(
                "Cannot listen on \(service.listen): \(error). Is another metadata service running? --listen chooses another address."
            )
        }
        logger.notice("listening", metadata: ["address": "\(service.listen)"])
    }

    private func upstream(_ group: MultiThreadedEventLoopGroup) throws -> UpstreamPool? {
        do {
            return try settings.upstream?.pool(on: group, logger: logger)
        } catch {
            throw CommandError(
                "[DEFAULT] auth_ca_cert, nova_client_cert, nova_client_priv_key: expected files in PEM: \(error)")
        }
    }

    private func answer(_ vendorData: VendorData, _ upstream: UpstreamPool?) -> Answer {
        guard let upstream else { return .documents(DocumentAnswer(vendorData: vendorData)) }
        return .upstream(UpstreamAnswer(pool: upstream, secrets: settings.secrets))
    }

    private func vendorData(_ group: MultiThreadedEventLoopGroup) throws -> VendorData {
        let wanted = settings.vendorData
        return VendorData(
            providers: wanted.providers, file: wanted.file.map(VendorDataFile.init(path:)),
            targets: wanted.providers.contains(.dynamicJSON)
                ? try wanted.dynamicVendorData(on: group, logger: logger) : nil)
    }
}
