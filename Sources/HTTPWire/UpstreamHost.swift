import NIOCore
import NIOPosix
import NIOSSL

/// One event loop's kept connections to one upstream service.
final class UpstreamHost {
    let endpoint: UpstreamEndpoint
    let health: UpstreamHealth
    let limits: UpstreamLimits
    let eventLoop: any EventLoop
    /// The field that tells it which service is meant.
    let hostLine: [UInt8]
    private var idle: [UpstreamConnection] = []
    /// Connections that are open or being opened.
    private var connections = 0
    /// Those being opened.
    private var opening = 0
    private var waiting = CircularBuffer<UpstreamExchange>()

    init(
        _ endpoint: UpstreamEndpoint, health: UpstreamHealth, limits: UpstreamLimits, eventLoop: any EventLoop
    ) {
        self.endpoint = endpoint
        self.health = health
        self.limits = limits
        self.eventLoop = eventLoop
        self.hostLine = Array("Host: \(endpoint.address.hostField)\r\n".utf8)
    }

    var isNotConnecting: Bool { opening == 0 }

    /// Sends a request as soon as a connection can carry it.
    func carry(_ exchange: UpstreamExchange) {
        exchange.request.address(to: hostLine)
        if let connection = idle.popLast() {
            connection.start(exchange)
        } else if connections < limits.connections {
            connect(for: exchange)
        } else if waiting.count < limits.waitingRequests {
            waiting.append(exchange)
        } else {
            exchange.finish(.failure(.overloaded))
        }
    }

    /// Sends the request again, on a new connection if one may be opened.
    func retry(_ exchange: UpstreamExchange) {
        exchange.wasRetried = true
        if connections < limits.connections { connect(for: exchange) } else { waiting.prepend(exchange) }
    }

    func closeIdle() {
        for connection in idle { connection.close() }
    }

    /// A connection has had its response and can carry another request.
    func connectionFree(_ connection: UpstreamConnection) {
        if let exchange = nextWaiting() {
            connection.start(exchange)
        } else if idle.count < limits.idleConnections {
            idle.append(connection)
        } else {
            connection.close()
        }
    }

    func connectionEnded(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
        connections -= 1
        if let exchange = nextWaiting() { connect(for: exchange) }
    }

    private func nextWaiting() -> UpstreamExchange? {
        while let exchange = waiting.popFirst() {
            if !exchange.isDone { return exchange }
        }
        return nil
    }
}

extension UpstreamHost {
    private func connect(for exchange: UpstreamExchange) {
        connections += 1
        opening += 1
        open().assumeIsolated().whenComplete { result in
            do {
                let connection = try result.get().pipeline.syncOperations.handler(type: UpstreamConnection.self)
                connection.whenReady { self.opened(connection, for: exchange, $0) }
            } catch {
                self.connectFailed(exchange, error)
            }
        }
    }

    private func opened(_ connection: UpstreamConnection, for exchange: UpstreamExchange, _ failure: (any Error)?) {
        if let failure { return connectFailed(exchange, failure) }
        opening -= 1
        connection.isAdopted = true
        if exchange.isDone { connectionFree(connection) } else { connection.start(exchange) }
    }

    /// Nothing was sent: another service may carry out what waited for a connection.
    private func connectFailed(_ exchange: UpstreamExchange, _ error: any Error) {
        connections -= 1
        opening -= 1
        let failure = UpstreamError.unreachable("\(endpoint): \(error)")
        health.note("\(endpoint): \(error)")
        // Connections that there are serve what waits.
        let stranded = connections == 0 ? waiting : []
        if connections == 0 { waiting.removeAll() }
        for exchange in [exchange] + stranded { exchange.fail(failure, at: self, canRepeat: true) }
    }

    private func open() -> EventLoopFuture<any Channel> {
        let host = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(limits.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try host.value.fill(channel.pipeline.syncOperations) }
            }
        return switch endpoint.address {
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
    }

    private func fill(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        if let tls = endpoint.tls {
            try pipeline.addHandler(try NIOSSLClientHandler(context: tls, serverHostname: endpoint.serverName))
        }
        try pipeline.addHandler(UpstreamConnection(host: self, isReady: endpoint.tls == nil))
    }
}
