import NIOCore

/// One connection to an upstream service, which carries one request at a time.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let client: UpstreamClient
    private var context: ChannelHandlerContext?
    private var exchange: UpstreamExchange?
    private var parser: ResponseParser
    private var input = ByteBuffer()
    private var isReused = false
    /// The client has taken it over. Of several attempts to connect to a name only one is.
    var isAdopted = false

    init(client: UpstreamClient) {
        self.client = client
        self.parser = ResponseParser(isHead: false, limits: client.limits)
    }

    /// Sends a request. The connection must be open and carry none.
    func start(_ exchange: UpstreamExchange) {
        self.exchange = exchange
        exchange.connection = self
        parser = ResponseParser(isHead: exchange.isHead, limits: client.limits)
        context?.writeAndFlush(wrapOutboundOut(exchange.request), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        guard exchange != nil else {
            // Nobody has asked for anything.
            return context.close(promise: nil)
        }
        if input.readableBytes == 0 { input = received } else { input.writeBuffer(&received) }
        advance(isEnd: false)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isAdopted { client.connectionEnded(self) }
        guard let exchange else { return }
        if input.readableBytes > 0 { return advance(isEnd: true) }
        self.exchange = nil
        if isReused, exchange.isRepeatable, !exchange.wasRetried, !exchange.isDone {
            client.retry(exchange)
        } else {
            exchange.finish(.failure(.badResponse("the connection ended before the response began")))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func advance(isEnd: Bool) {
        switch input.withUnsafeReadableBytes({ parser.parse($0, isEnd: isEnd) }) {
        case .needMore:
            break
        case .complete(let end):
            let response = takeResponse(end: end)
            let isReusable = parser.head.keepsAlive && input.readableBytes == end && !isEnd
            finish(.success(response), isReusable: isReusable)
        case .failure(let error):
            finish(.failure(error), isReusable: false)
        }
    }

    private func takeResponse(end: Int) -> Response {
        let head = parser.head
        var response = input.withUnsafeReadableBytes { bytes in
            Response(head.status(in: bytes), fields: head.endToEndFields(in: bytes))
        }
        if head.hasBody {
            let start = input.readerIndex + head.bodyStart
            response.body =
                head.isChunked
                ? ByteBuffer(bytes: parser.chunks.body)
                : input.getSlice(at: start, length: end - head.bodyStart) ?? ByteBuffer()
            response.contentLength = response.body.readableBytes
        } else {
            response.contentLength = head.contentLength
        }
        return response
    }

    private func finish(_ result: Result<Response, UpstreamError>, isReusable: Bool) {
        let finished = exchange
        exchange = nil
        input = ByteBuffer()
        isReused = true
        if isReusable { client.connectionFree(self) } else { close() }
        finished?.finish(result)
    }
}
