import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP server for stand-ins: one request at a time on a connection, bodies in memory.
struct StandInServer: Sendable {
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: ByteBuffer
    }

    struct Reply: Sendable {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders = [:]
        var body: ByteBuffer
    }

    /// Nil ends the connection without a word.
    var answer: @Sendable (Request) async -> Reply?
    /// Ends the connection after one reply.
    var closes: Bool

    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    typealias Listener = NIOAsyncChannel<Connection, Never>

    /// - Parameter backlog: connections that may wait.
    static func bootstrap(backlog: Int32) -> ServerBootstrap {
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    }

    @Sendable
    static func initialise(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            return try Connection(wrappingChannelSynchronously: channel)
        }
    }

    /// Serves until the task is cancelled.
    func run(_ listener: Listener) async throws {
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask {
                        // A peer that goes away ends its own connection.
                        try? await serve(connection)
                    }
                }
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var request: Request?
            for try await part in inbound {
                switch part {
                case .head(let head): request = Request(head: head, body: ByteBuffer())
                case .body(let bytes): request?.body.writeImmutableBuffer(bytes)
                case .end:
                    guard let asked = request, let reply = await answer(asked) else { return }
                    try await write(reply, to: asked.head, outbound)
                    if closes || !asked.head.isKeepAlive { return }
                }
            }
        }
    }

    private func write(
        _ reply: Reply, to request: HTTPRequestHead, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var head = HTTPResponseHead(version: request.version, status: reply.status, headers: reply.headers)
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(reply.body.readableBytes)")
        if closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(reply.body)), .end(nil)])
    }
}
