import HTTPWire
import ListenerHolder
import Logging
import MetadataService
import NIOCore
import NamespaceProxy
import OpenStackAPI
import ProcessSeparation
import ServiceLifecycle
import UnixSignals

/// Lets requests in flight finish when the process is told to stop.
struct ServerService: Service {
    /// The longest that may take.
    private static let grace = TimeAmount.seconds(5)

    let server: HTTPServer
    let control: ControlServer

    func run() async throws {
        try? await gracefulShutdown()
        async let watched: Void = control.stop()
        await server.stop(grace: Self.grace)
        await watched
    }
}

/// Serves what the holder hands over. Its end is that of the process.
struct HandedListenerService: Service {
    let listeners: HandedListeners
    let holder: HolderLink

    func run() async throws {
        await listeners.follow(holder)
    }
}

/// Somebody else than the holder wants this worker to end, whoever listens in a namespace for instance: another one has
/// to be there first.
struct LeaveService: Service {
    let holder: HolderLink

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { holder.send(.leaving) }
        }
    }
}

/// Keeps a worker, and puts a new one in its place on SIGHUP.
struct WorkerService: Service {
    let workers: Workers
    let reloads: UnixSignalsSequence

    func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    for await _ in reloads { await workers.replace() }
                }
            }
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await workers.run()
                } onGracefulShutdown: {
                    Task { await workers.stop() }
                }
            }
            try await group.waitForAll()
        }
    }
}

struct NamespaceService: Service {
    let listeners: NamespaceListeners

    func run() async throws {
        await cancelWhenGracefulShutdown { await listeners.follow() }
    }
}

struct RedirectService: Service {
    let redirects: RouterRedirects

    func run() async throws {
        await cancelWhenGracefulShutdown { await redirects.follow() }
        await redirects.removeAll()
    }
}

struct VendorDataService: Service {
    let vendorData: VendorData
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await vendorData.follow(logger: logger) }
        try await vendorData.shutdown()
    }
}

struct NeutronService: Service {
    let neutron: Neutron

    func run() async throws {
        try? await gracefulShutdown()
        try await neutron.shutdown()
    }
}

/// Follows which upstream services are up.
struct UpstreamService: Service {
    let pool: UpstreamPool

    func run() async throws {
        await cancelWhenGracefulShutdown { await pool.follow() }
        await pool.closeIdle()
    }
}

struct PortService: Service {
    let follower: PortFollower

    func run() async throws {
        await cancelWhenGracefulShutdown { await follower.run() }
    }
}

struct RequestLogService: Service {
    let log: RequestLog

    func run() async throws {
        await cancelWhenGracefulShutdown { await log.follow() }
    }
}

struct RefusalCountService: Service {
    let refusals: RefusalCounts
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await refusals.follow(logger: logger) }
    }
}
