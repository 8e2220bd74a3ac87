import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A stand-in for an upstream service: it parses nothing and answers each request head with prepared bytes.
final class StubUpstream: Sendable {
    enum Action: Sendable {
        case reply(String)
        case replyAndClose(String)
        case close
        case silence
        /// A head, then so many bytes as fast as they are taken.
        case flood(String, Int)
    }

    /// One request as it came, with the numbers, from 1, of its connection and of the request on that connection.
    struct Received: Sendable {
        let connection: Int
        let number: Int
        let text: String
    }

    typealias Script = @Sendable (Received) -> Action

    private let connections = Atomic<Int>(0)
    private let log = Mutex<[Received]>([])
    private let script: Script
    /// Bytes of floods that were given to the connection.
    let flooded = Atomic<Int>(0)

    init(_ script: @escaping Script) {
        self.script = script
    }

    var received: [Received] { log.withLock { $0 } }

    func start(
        on group: any EventLoopGroup, port: Int = 0, tls: NIOSSLContext? = nil
    ) async throws -> (UpstreamAddressParts, any Channel) {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let number = self.connections.add(1, ordering: .relaxed).newValue
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(self, number))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return (UpstreamAddressParts(host: "127.0.0.1", port: channel.localAddress?.port ?? 0), channel)
    }

    struct UpstreamAddressParts: Sendable {
        let host: String
        let port: Int
    }

    private func react(_ received: Received) -> Action {
        log.withLock { $0.append(received) }
        return script(received)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let stub: StubUpstream
        private let connection: Int
        private var count = 0
        private var text = ""
        private var remaining = 0

        init(_ stub: StubUpstream, _ connection: Int) {
            self.stub = stub
            self.connection = connection
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.contains("\r\n\r\n") else { return }
            count += 1
            let action = stub.react(Received(connection: connection, number: count, text: text))
            text = ""
            switch action {
            case .reply(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
            case .replyAndClose(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: bytes)), promise: nil)
                context.close(promise: nil)
            case .close:
                context.close(promise: nil)
            case .silence:
                break
            case .flood(let head, let size):
                context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
                remaining = size
                pump(context)
            }
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) {
            pump(context)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func pump(_ context: ChannelHandlerContext) {
            while remaining > 0, context.channel.isWritable {
                let count = min(remaining, 64 * 1024)
                remaining -= count
                stub.flooded.add(count, ordering: .relaxed)
                context.writeAndFlush(
                    wrapOutboundOut(ByteBuffer(repeating: UInt8(ascii: "x"), count: count)), promise: nil)
            }
        }
    }
}
