import NIOCore
import NIOPosix

/// One event loop's kept connections to an upstream service. Belongs to that loop.
public final class UpstreamClient {
    let limits: UpstreamLimits
    private let address: UpstreamAddress
    private let eventLoop: any EventLoop
    private let sweep: DeadlineSweep<UpstreamExchange>
    private let hostLine: [UInt8]
    private var idle: [UpstreamConnection] = []
    /// Connections that are open or being opened.
    private var connections = 0
    private var waiting = CircularBuffer<UpstreamExchange>()

    init(_ address: UpstreamAddress, limits: UpstreamLimits, eventLoop: any EventLoop) {
        self.address = address
        self.limits = limits
        self.eventLoop = eventLoop
        self.sweep = DeadlineSweep(eventLoop: eventLoop, interval: limits.sweepInterval)
        self.hostLine = Array("Host: \(address.hostField)\r\n".utf8)
    }

    /// Sends a request and promises its response, of any status.
    ///
    /// What is sent is exactly the method, the target, `Host`, `fields`, and `Content-Length` where there is a body or
    /// the method has one by nature; and the body. A request other than POST is sent a second time when a kept
    /// connection turns out to have been closed by the service before it began to answer.
    ///
    /// Nothing given is needed any more when this returns.
    ///
    /// - Returns: a future on this loop; it fails with ``UpstreamError``.
    public func send(
        method: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer, fields: HeaderFields,
        body: UnsafeRawBufferPointer
    ) -> EventLoopFuture<Response> {
        guard !method.isEmpty, method.allSatisfy(Octet.isToken), !target.isEmpty,
            target.allSatisfy({ $0 > Octet.space && $0 != Octet.delete })
        else { return eventLoop.makeFailedFuture(UpstreamError.invalidRequest) }
        let method = Method(method)
        let exchange = UpstreamExchange(
            request: serialize(method, target, fields, body), isHead: method.isHead, isRepeatable: !method.isPost,
            promise: eventLoop.makePromise(), sweep: sweep, timeout: limits.responseTimeout)
        dispatch(exchange)
        return exchange.response
    }

    /// Closes the connections that carry no request.
    func closeIdle() {
        for connection in idle { connection.close() }
    }

    private func dispatch(_ exchange: UpstreamExchange) {
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

    private func connect(for exchange: UpstreamExchange) {
        connections += 1
        open().assumeIsolated().whenComplete { result in
            do {
                let connection = try result.get().pipeline.syncOperations.handler(type: UpstreamConnection.self)
                connection.isAdopted = true
                if exchange.isDone { self.connectionFree(connection) } else { connection.start(exchange) }
            } catch {
                self.connectFailed(exchange, error)
            }
        }
    }

    private func connectFailed(_ exchange: UpstreamExchange, _ error: any Error) {
        connections -= 1
        exchange.finish(.failure(.unreachable("\(address): \(error)")))
        if let next = nextWaiting() { connect(for: next) }
    }

    private func open() -> EventLoopFuture<any Channel> {
        let client = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(limits.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(UpstreamConnection(client: client.value))
                }
            }
        return switch address {
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
    }
}

extension UpstreamClient {
    /// What the framing of a request depends on.
    private struct Method {
        let bytes: UnsafeRawBufferPointer
        var isHead: Bool { equals(bytes, "HEAD") }
        var isPost: Bool { equals(bytes, "POST") }
        /// Whether an absent body is worth saying (RFC 9110 §8.6).
        var expectsBody: Bool { isPost || equals(bytes, "PUT") || equals(bytes, "PATCH") }

        init(_ bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }
    }

    private func serialize(
        _ method: Method, _ target: UnsafeRawBufferPointer, _ fields: HeaderFields, _ body: UnsafeRawBufferPointer
    ) -> ByteBuffer {
        let size = method.bytes.count + target.count + fields.lines.readableBytes + hostLine.count + body.count + 64
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        buffer.writeBytes(method.bytes)
        buffer.writeStaticString(" ")
        buffer.writeBytes(target)
        buffer.writeStaticString(" HTTP/1.1\r\n")
        buffer.writeBytes(hostLine)
        buffer.writeImmutableBuffer(fields.lines)
        if !body.isEmpty || method.expectsBody {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(body.count))
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
