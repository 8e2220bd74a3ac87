import NIOCore
import NIOPosix

/// A client that sends what it is told and keeps what it receives.
struct TestClient: Sendable {
    private final class Inbox: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var received = ""
        var hasEnded = false
        var waiter: (needle: String?, promise: EventLoopPromise<String>)?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            check()
        }

        func channelInactive(context: ChannelHandlerContext) {
            hasEnded = true
            check()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        /// Gives what was received up to and including the text waited for, or everything once the connection has
        /// ended.
        func check() {
            guard let (needle, promise) = waiter else { return }
            if let needle, let found = received.firstRange(of: needle) {
                waiter = nil
                let text = String(received[..<found.upperBound])
                received.removeSubrange(..<found.upperBound)
                promise.succeed(text)
            } else if hasEnded {
                waiter = nil
                promise.succeed(received)
            }
        }
    }

    let channel: any Channel
    private let inbox: NIOLoopBoundBox<Inbox?>

    /// - Parameter reads: whether it accepts anything from the server.
    static func connect(
        to address: SocketAddress, on group: any EventLoopGroup, reads: Bool = true
    ) async throws -> TestClient {
        let loop = group.any()
        let box = NIOLoopBoundBox.makeEmptyBox(valueType: Inbox.self, eventLoop: loop)
        let channel = try await ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = Inbox()
                    box.value = inbox
                    try channel.pipeline.syncOperations.addHandler(inbox)
                }
            }
            .connect(to: address).get()
        return TestClient(channel: channel, inbox: box)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Everything up to and including `needle`, or to the connection's end.
    func receive(until needle: String) async throws -> String {
        try await wait(needle)
    }

    /// Everything to the connection's end.
    func receiveAll() async throws -> String {
        try await wait(nil)
    }

    func close() async throws {
        try await channel.close()
    }

    private func wait(_ needle: String?) async throws -> String {
        try await inbox.eventLoop.flatSubmit { [inbox] in
            let promise = inbox.eventLoop.makePromise(of: String.self)
            inbox.value?.waiter = (needle, promise)
            inbox.value?.check()
            return promise.futureResult
        }.get()
    }
}

/// Runs `body` with event loops of its own.
func withEventLoops<Result: Sendable>(
    _ count: Int = 1, _ body: (MultiThreadedEventLoopGroup) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
    do {
        let result = try await body(group)
        try await group.shutdownGracefully()
        return result
    } catch {
        try await group.shutdownGracefully()
        throw error
    }
}
