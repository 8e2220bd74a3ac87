import HTTPWire
import Logging
import MetadataService
import NIOCore
import NamespaceProxy
import OpenStackAPI
import ServiceLifecycle

/// Lets requests in flight finish when the process is told to stop.
struct ServerService: Service {
    /// The longest that may take.
    private static let grace = TimeAmount.seconds(5)

    let server: HTTPServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.stop(grace: Self.grace)
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
