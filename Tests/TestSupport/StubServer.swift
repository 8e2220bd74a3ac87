import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

package struct StubRequest: Sendable {
    package var method: HTTPMethod
    package var uri: String
    package var headers: HTTPHeaders
    package var body = ""

    package var path: String { String(uri.prefix { $0 != "?" }) }

    /// Not decoded.
    package var query: String { String(uri.dropFirst(path.count).dropFirst()) }

    /// The decoded values of a name in the query.
    package func values(_ name: String) -> [String] {
        query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
            .filter { $0.first?.removingPercentEncoding == name }
            .map { $0.dropFirst().first?.removingPercentEncoding ?? "" }
    }
}

package indirect enum StubAnswer: Sendable {
    case reply(HTTPResponseStatus, headers: [String: String], body: String)
    case after(TimeAmount, StubAnswer)
    /// Nothing, ever.
    case hang
    /// A head, then an octet now and then.
    case trickle
    /// The connection ends without an answer.
    case hangUp

    package static func json(_ body: String) -> StubAnswer {
        .reply(.ok, headers: ["Content-Type": "application/json"], body: body)
    }
}

/// A stub: an HTTP server on loopback that answers what a test tells it to, and keeps what it was asked.
package final class StubServer: Sendable {
    private let channel: any Channel
    private let log: RequestLog

    /// What was asked, in order.
    package var requests: [StubRequest] { log.requests.withLock { $0 } }
    package var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - tls: nil for plain HTTP.
    package init(
        port: Int = 0, tls: NIOSSLContext? = nil, answer: @escaping @Sendable (StubRequest) -> StubAnswer
    ) async throws {
        let log = RequestLog()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(StubHandler(log: log, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    package func close() async throws {
        try await channel.close()
    }

    /// A port of loopback on which nothing listens, below those that the system hands out.
    package static func unusedPort() async throws -> Int {
        while true {
            guard let server = try? await StubServer(port: .random(in: 20_000..<32_000), answer: { _ in .hangUp })
            else {
                continue
            }
            let port = server.port
            try await server.close()
            return port
        }
    }
}

private final class RequestLog: Sendable {
    let requests = Mutex<[StubRequest]>([])
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: RequestLog
    private let answer: @Sendable (StubRequest) -> StubAnswer
    private var request: StubRequest?

    init(log: RequestLog, answer: @escaping @Sendable (StubRequest) -> StubAnswer) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = StubRequest(method: head.method, uri: head.uri, headers: head.headers)
        case .body(let buffer): request?.body += String(buffer: buffer)
        case .end:
            guard let request else { return }
            log.requests.withLock { $0.append(request) }
            give(answer(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func give(_ answer: StubAnswer, _ context: ChannelHandlerContext) {
        switch answer {
        case .hang: break
        case .hangUp: context.close(promise: nil)
        case .after(let time, let answer):
            context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.give(answer, context) }
        case .trickle:
            writeHead(.ok, ["Content-Length": "900"], context)
            trickle(context)
        case .reply(let status, let headers, let body):
            writeHead(status, headers.merging(["Content-Length": "\(body.utf8.count)"]) { $1 }, context)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func writeHead(
        _ status: HTTPResponseStatus, _ headers: [String: String], _ context: ChannelHandlerContext
    ) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(headers.map { ($0, $1) }))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func trickle(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: " ")))), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { self.trickle(context) }
    }
}
