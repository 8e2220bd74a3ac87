import NIOCore

/// Kept connections to one or several upstream services, each used on one event loop only, so that forwarding never
/// changes loops.
///
/// Services that are up take turns. One that cannot be connected to is down for all loops at once, and so is one that
/// does not answer ``follow()``; it is up again when it answers that. While all are
/// down, one request at a time, on each loop, still tries each.
public final class UpstreamPool: Sendable {
    public let endpoints: [UpstreamEndpoint]
    private let limits: UpstreamLimits
    private let health: [UpstreamHealth]
    private let probeLoop: any EventLoop
    /// Each event loop's part, made there when it is first asked for.
    private let clients: [ObjectIdentifier: NIOLoopBoundBox<UpstreamClient?>]

    /// - Parameters:
    ///   - endpoints: services that all give the same answers; with none, every request fails.
    ///   - turned: told which service has gone down, and why, or with nil that it is up again. On any thread.
    public init(
        _ endpoints: [UpstreamEndpoint], group: any EventLoopGroup, limits: UpstreamLimits = UpstreamLimits(),
        turned: @escaping @Sendable (UpstreamEndpoint, String?) -> Void = { _, _ in }
    ) {
        self.endpoints = endpoints
        self.limits = limits
        self.health = endpoints.map { endpoint in UpstreamHealth { turned(endpoint, $0) } }
        self.probeLoop = group.any()
        var clients: [ObjectIdentifier: NIOLoopBoundBox<UpstreamClient?>] = [:]
        for loop in group.makeIterator() {
            clients[ObjectIdentifier(loop)] = .makeEmptyBox(valueType: UpstreamClient.self, eventLoop: loop)
        }
        self.clients = clients
    }

    /// The part that belongs to `eventLoop`. Must be called on that loop, as when a ``HTTPServer/ResponderFactory``
    /// runs.
    ///
    /// For a loop that is not the pool's it is one of its own, not shared and not closed with the pool.
    public func client(on eventLoop: any EventLoop) -> UpstreamClient {
        let box = clients[ObjectIdentifier(eventLoop)]
        if let client = box?.value { return client }
        let hosts = zip(endpoints, health).map {
            UpstreamHost($0, health: $1, limits: limits, eventLoop: eventLoop)
        }
        let client = UpstreamClient(hosts, limits: limits, eventLoop: eventLoop)
        box?.value = client
        return client
    }

    /// Asks every service for `GET /` again and again, until cancelled: any answer but a 5xx means that it is up.
    public func follow() async {
        await withTaskGroup { group in
            for (endpoint, health) in zip(endpoints, health) {
                let probe = UpstreamProbe(endpoint, health: health, limits: limits, eventLoop: probeLoop)
                group.addTask { await probe.follow() }
            }
        }
    }

    /// Closes the connections that carry no request.
    public func closeIdle() async {
        for box in clients.values {
            // A loop that has been shut down has closed them.
            try? await box.eventLoop.submit { box.value?.closeIdle() }.get()
        }
    }
}
