import NIOCore

/// One event loop's way to the upstream services. Belongs to that loop.
public final class UpstreamClient {
    private let limits: UpstreamLimits
    private let hosts: [UpstreamHost]
    private let sweep: DeadlineSweep<UpstreamExchange>
    private let eventLoop: any EventLoop
    /// The service whose turn it is.
    private var turn = 0
    /// Requests whose body is being passed on.
    private var uploads = 0

    init(_ hosts: [UpstreamHost], limits: UpstreamLimits, eventLoop: any EventLoop) {
        self.hosts = hosts
        self.limits = limits
        self.eventLoop = eventLoop
        self.sweep = DeadlineSweep(eventLoop: eventLoop, interval: limits.sweepInterval)
    }

    /// Sends a request and promises its response, of any status.
    ///
    /// What is sent is exactly the method, the target, `Host`, `fields`, and `Content-Length` where there is a body or
    /// the method has one by nature; and the body. Services that are up take turns. A request goes on to the next one
    /// when a service cannot be reached, and one other than POST also when a connection ends before the response
    /// begins.
    ///
    /// A large body is asked for when a connection can carry it, and passed on with its length as announced, or in
    /// chunks. A response that comes before the body's end is the answer; what is left of the body is not asked for.
    ///
    /// Nothing given is needed any more when this returns.
    ///
    /// - Parameters:
    ///   - body: empty when there is a large one.
    ///   - largeBody: ``Request/largeBody``.
    /// - Returns: a future on this loop; it fails with ``UpstreamError``.
    public func send(
        method: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer, fields: HeaderFields,
        body: UnsafeRawBufferPointer, largeBody: LargeBody? = nil
    ) -> EventLoopFuture<Response> {
        let hostLine = hosts.isEmpty ? [] : hosts[turn].hostLine
        guard
            let request = UpstreamRequest(
                method: method, target: target, fields: fields, body: body, largeBody: largeBody, hostLine: hostLine)
        else { return eventLoop.makeFailedFuture(UpstreamError.invalidRequest) }
        guard largeBody == nil || uploads < limits.uploads else {
            return eventLoop.makeFailedFuture(UpstreamError.overloaded)
        }
        let exchange = UpstreamExchange(request, client: self, sweep: sweep, timeout: limits.responseTimeout)
        if largeBody != nil { count(exchange) }
        if !dispatch(exchange) { exchange.finish(.failure(.unreachable(reasons))) }
        return exchange.response
    }

    /// Counts an upload, which has ended when its response begins.
    private func count(_ upload: UpstreamExchange) {
        uploads += 1
        upload.response.assumeIsolated().whenComplete { _ in self.uploads -= 1 }
    }

    /// Gives a request to the next service that is up and has not failed it yet. When none is, to one that is down and
    /// that nobody else is trying to reach: it may be up by now, and few should wait to find out that it is not.
    /// - Returns: false when there is none.
    func dispatch(_ exchange: UpstreamExchange) -> Bool {
        guard let host = next(for: exchange, where: \.health.isUp) ?? next(for: exchange, where: \.isNotConnecting)
        else { return false }
        host.carry(exchange)
        return true
    }

    private func next(for exchange: UpstreamExchange, where isFit: (UpstreamHost) -> Bool) -> UpstreamHost? {
        for _ in hosts.indices {
            let host = hosts[turn]
            turn = turn + 1 == hosts.count ? 0 : turn + 1
            if isFit(host), !exchange.failedHosts.contains(where: { $0 === host }) { return host }
        }
        return nil
    }

    /// Closes the connections that carry no request.
    func closeIdle() {
        for host in hosts { host.closeIdle() }
    }

    private var reasons: String {
        hosts.map { $0.health.reason ?? "\($0.endpoint): up by now" }.joined(separator: "; ")
    }
}
