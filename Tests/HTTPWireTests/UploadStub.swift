import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A stand-in for an upstream service that gets large requests: it does one thing when so many bytes have come.
final class UploadStub: Sendable {
    enum Action: Sendable {
        case reply(String)
        case replyAndClose(String)
        case close
        case stopReading
    }

    private let threshold: Int
    private let action: Action
    /// Bytes received on all connections.
    let count = Atomic<Int>(0)
    /// Connections that have ended.
    let ended = Atomic<Int>(0)
    private let begun = Mutex<[any Channel]>([])

    /// - Parameter threshold: bytes of one connection.
    init(after threshold: Int, _ action: Action) {
        self.threshold = threshold
        self.action = action
    }

    var connections: Int { begun.withLock { $0.count } }

    func start(on group: any EventLoopGroup, tls: NIOSSLContext? = nil) async throws -> UpstreamAddressParts {
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                self.begun.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return UpstreamAddressParts(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    typealias UpstreamAddressParts = StubUpstream.UpstreamAddressParts

    /// Takes everything from now on.
    func resumeReading() {
        begun.withLock { $0 }.forEach { $0.setOption(.autoRead, value: true).whenComplete { _ in } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let stub: UploadStub
        private var received = 0
        private var hasActed = false

        init(_ stub: UploadStub) {
            self.stub = stub
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytes
            received += bytes
            stub.count.add(bytes, ordering: .relaxed)
            guard received >= stub.threshold, !hasActed else { return }
            hasActed = true
            switch stub.action {
            case .reply(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .replyAndClose(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            case .stopReading: try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            stub.ended.add(1, ordering: .relaxed)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
