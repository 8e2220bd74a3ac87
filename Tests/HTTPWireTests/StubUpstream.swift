import NIOCore
import NIOPosix
import Synchronization

/// A stand-in for an upstream service: it parses nothing and answers each request head with prepared bytes.
final class StubUpstream: Sendable {
    enum Action: Sendable {
        case reply(String)
        case replyAndClose(String)
        case close
        case silence
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

    init(_ script: @escaping Script) {
        self.script = script
    }

    var received: [Received] { log.withLock { $0 } }

    func start(on group: any EventLoopGroup) async throws -> (UpstreamAddressParts, any Channel) {
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                let number = self.connections.add(1, ordering: .relaxed).newValue
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(self, number))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
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
            }
        }
    }
}
