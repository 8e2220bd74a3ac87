import NIOCore

/// Kept connections to one upstream service, each used on one event loop only, so that forwarding never changes loops.
public final class UpstreamPool: Sendable {
    public let address: UpstreamAddress
    private let limits: UpstreamLimits
    /// Each event loop's part, made there when it is first asked for.
    private let clients: [ObjectIdentifier: NIOLoopBoundBox<UpstreamClient?>]

    public init(_ address: UpstreamAddress, group: any EventLoopGroup, limits: UpstreamLimits = UpstreamLimits()) {
        self.address = address
        self.limits = limits
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
        let client = UpstreamClient(address, limits: limits, eventLoop: eventLoop)
        box?.value = client
        return client
    }

    /// Closes the connections that carry no request.
    public func closeIdle() async {
        for box in clients.values {
            // A loop that has been shut down has closed them.
            try? await box.eventLoop.submit { box.value?.closeIdle() }.get()
        }
    }
}
