import NIOCore

/// Finds out whether an upstream service works, over a connection of its own: all others may be in use.
final class UpstreamProbe: Sendable {
    private struct Parts {
        let host: UpstreamHost
        let sweep: DeadlineSweep<UpstreamExchange>
    }

    private let health: UpstreamHealth
    private let limits: UpstreamLimits
    private let box: NIOLoopBoundBox<Parts?>
    private let endpoint: UpstreamEndpoint

    init(
        _ endpoint: UpstreamEndpoint, health: UpstreamHealth, limits: UpstreamLimits, eventLoop: any EventLoop
    ) {
        self.endpoint = endpoint
        self.health = health
        self.limits = limits
        self.box = .makeEmptyBox(valueType: Parts.self, eventLoop: eventLoop)
    }

    /// Until cancelled.
    func follow() async {
        var sinceAnswer: TimeAmount = .zero
        while !Task.isCancelled {
            if !health.isUp || sinceAnswer >= limits.healthInterval {
                await probe()
                sinceAnswer = .zero
            }
            try? await Task.sleep(for: .nanoseconds(limits.recoveryInterval.nanoseconds))
            sinceAnswer = sinceAnswer + limits.recoveryInterval
        }
        try? await box.eventLoop.submit { self.box.value?.host.closeIdle() }.get()
    }

    private func probe() async {
        do {
            let status = try await box.eventLoop.flatSubmit { self.ask() }.get()
            health.note(status.code < 500 ? nil : "\(endpoint): GET / was answered with \(status)")
        } catch {
            health.note("\(endpoint): GET / failed: \(error)")
        }
    }

    private func ask() -> EventLoopFuture<Status> {
        let parts = parts()
        let request = Array("GET/".utf8).withUnsafeBytes { text in
            UpstreamRequest(
                method: UnsafeRawBufferPointer(rebasing: text[..<3]),
                target: UnsafeRawBufferPointer(rebasing: text[3...]), fields: HeaderFields(),
                body: UnsafeRawBufferPointer(start: nil, count: 0), hostLine: parts.host.hostLine)
        }
        guard let request else { return box.eventLoop.makeFailedFuture(UpstreamError.invalidRequest) }
        let exchange = UpstreamExchange(request, client: nil, sweep: parts.sweep, timeout: limits.healthTimeout)
        parts.host.carry(exchange)
        return exchange.response.map { response in
            response.rest?.value.cancel()
            return response.status
        }
    }

    private func parts() -> Parts {
        if let parts = box.value { return parts }
        var limits = limits
        limits.connections = 1
        let unheard = UpstreamHealth { _ in }
        let parts = Parts(
            host: UpstreamHost(endpoint, health: unheard, limits: limits, eventLoop: box.eventLoop),
            sweep: DeadlineSweep(eventLoop: box.eventLoop, interval: limits.sweepInterval))
        box.value = parts
        return parts
    }
}
