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
import ProcessSeparation
import ServiceLifecycle

/// Wires ARRIVE, IDENTIFY and ANSWER together as the settings say, starts them, and stops them when told.
struct Daemon {
    let settings: DaemonSettings
    let logger: Logger

    /// Serves the service port alone. Returns after SIGTERM or SIGINT, when requests in flight have been answered.
    func run() async throws {
        let stop = await StopService()
        let group = eventLoops()
        let (path, services, _, control) = try await stages(group, holder: nil)
        let server = HTTPServer(group: group, limits: settings.limits)
        let watching = try settings.control?.open(backlog: settings.limits.backlog, logger: logger)
        if let watching { try control.serve(descriptor: watching) }
        try await listen(server, path)
        ProcessMemory.release()
        logger.notice("ready")
        try await stop.run(services + [ServerService(server: server, control: control)], logger: logger)
        try await group.shutdownGracefully()
    }

    /// Serves what the holder hands over, without privileges. Returns when it has said to end, or has gone.
    func run(_ holder: HolderLink) async throws {
        let group = eventLoops()
        let (path, services, ports, control) = try await stages(group, holder: holder)
        let server = HTTPServer(group: group, limits: settings.limits)
        let listeners = HandedListeners(
            path: path, server: server, control: control, service: settings.service?.identify, ports: ports)
        let serving: [any Service] = [
            LeaveService(holder: holder), HandedListenerService(listeners: listeners, holder: holder),
        ]
        try giveUpPrivileges()
        ProcessMemory.release()
        try await ServiceGroup(
            configuration: .init(
                services: (services + serving).map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: logger)
        ).run()
        try await group.shutdownGracefully()
    }

    private func eventLoops() -> MultiThreadedEventLoopGroup {
        DescriptorLimit.raise()
        return MultiThreadedEventLoopGroup(
            numberOfThreads: settings.workers > 0 ? settings.workers : System.coreCount)
    }

    /// The three stages, what works for them in the background, and what tells of them. Services stop from last to first: those that
    /// requests in flight may need are the first.
    private func stages(
        _ group: MultiThreadedEventLoopGroup, holder: HolderLink?
    ) async throws -> (path: MetadataPath, services: [any Service], ports: PortFollower?, control: ControlServer) {
        let neutron = try neutron(group)
        let store = try openStore(neutron)
        let log = try settings.accessLog.map(RequestLog.init(path:))
        for warning in settings.vendorData.warnings { logger.warning("\(warning)") }
        let vendorData = try vendorData(group)
        let directory = DocumentDirectory(store: store, settings: settings.documents, secrets: settings.secrets)
        let upstream = try upstream(group)
        let ports = neutron.flatMap { followedPorts($0, holder) }
        await ports?.follower.restore()
        let refusals = RefusalCounts()
        let observers = RequestObservers(log: log)
        let path = try await MetadataPath(
            group: group, directory: directory, ports: ports?.finder,
            limits: settings.guestLimits.limits(logger: logger), refusals: refusals,
            answer: answer(vendorData, upstream), observers: observers, reporter: Reporter(logger: logger))
        var services: [any Service] = [MemoryService(), RefusalCountService(refusals: refusals, logger: logger)]
        if let log { services.append(RequestLogService(log: log)) }
        if let upstream { services.append(UpstreamService(pool: upstream)) }
        if let neutron { services.append(NeutronService(neutron: neutron)) }
        services.append(VendorDataService(vendorData: vendorData, logger: logger))
        if let ports { services.append(PortService(follower: ports.follower)) }
        return (path, services, ports?.follower, ControlServer(group: group, observers: observers))
    }

    /// For everything that is to be opened as root this is too late, for every guest it is early enough.
    private func giveUpPrivileges() throws {
        if let account = settings.account { try Privileges.become(account) }
        do {
            try Privileges.restrictSystemCalls()
        } catch {
            logger.warning("serving without a filter for system calls: \(error)")
        }
    }

    /// Guests behind namespaces and haproxies are known by Neutron's ports. Nil where there are no such guests.
    private func followedPorts(
        _ neutron: Neutron, _ holder: HolderLink?
    ) -> (finder: FollowedPorts, follower: PortFollower)? {
        guard settings.servesGuests else { return nil }
        let table = PortTable()
        let file = settings.portFile.map { PortFile(path: $0, replace: holder?.keepPorts) }
        let follower = PortFollower(source: NeutronPortSource(neutron), table: table, file: file, logger: logger)
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
            try path.responder(for: channel, listener: .service, identify: service.identify)
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
