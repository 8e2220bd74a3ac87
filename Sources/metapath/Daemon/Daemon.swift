import HTTPWire
import InstanceStore
import Logging
import MetadataDocuments
import MetadataService
import NIOCore
import NIOPosix
import NamespaceProxy
import ServiceLifecycle
import UnixSignals

/// Wires ARRIVE, IDENTIFY and ANSWER together as the settings say, starts them, and stops them when told.
struct Daemon {
    let settings: DaemonSettings
    let logger: Logger

    /// Returns after SIGTERM or SIGINT, when requests in flight have been answered.
    func run() async throws {
        let store = try StoreOptions.open(settings.store)
        let workers = settings.workers > 0 ? settings.workers : System.coreCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: workers)
        let log = try settings.accessLog.map(RequestLog.init(path:))
        for warning in settings.vendorData.warnings { logger.warning("\(warning)") }
        let vendorData = vendorData(group)
        let directory = DocumentDirectory(store: store, settings: settings.documents, secrets: settings.secrets)
        let path = try await MetadataPath(
            group: group, directory: directory, answer: answer(vendorData, group), log: log,
            reporter: Reporter(logger: logger))
        let server = HTTPServer(group: group, limits: settings.limits)
        try await listen(server, path)

        var services: [any Service] = [
            VendorDataService(vendorData: vendorData, logger: logger), ServerService(server: server),
        ]
        if let log { services.insert(RequestLogService(log: log), at: 0) }
        if let namespaces = settings.namespaces {
            let listeners = try NamespaceListeners(
                told: namespaces.told, discovers: namespaces.discovers, path: path, server: server, logger: logger)
            await listeners.update()
            services.append(NamespaceService(listeners: listeners))
        }
        logger.notice("ready", metadata: ["workers": "\(workers)"])
        try await ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
        try await group.shutdownGracefully()
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

    private func answer(_ vendorData: VendorData, _ group: MultiThreadedEventLoopGroup) -> Answer {
        guard let upstream = settings.upstream else { return .documents(DocumentAnswer(vendorData: vendorData)) }
        let pool = UpstreamPool(.tcp(host: upstream.host, port: upstream.port), group: group)
        return .upstream(UpstreamAnswer(pool: pool, secrets: settings.secrets))
    }

    private func vendorData(_ group: MultiThreadedEventLoopGroup) -> VendorData {
        let wanted = settings.vendorData
        let dynamic =
            wanted.providers.contains(.dynamicJSON)
            ? DynamicVendorData(
                targets: wanted.targets, caFile: wanted.caFile, connectTimeout: wanted.connectTimeout,
                readTimeout: wanted.readTimeout, failureFatal: wanted.failureFatal, eventLoopGroup: group,
                logger: logger)
            : nil
        return VendorData(
            providers: wanted.providers, file: wanted.file.map(VendorDataFile.init(path:)), targets: dynamic)
    }
}
