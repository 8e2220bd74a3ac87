import NIOCore
import NIOTLS

/// One connection to an upstream service, which carries one request at a time.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let host: UpstreamHost
    private(set) var context: ChannelHandlerContext?
    var exchange: UpstreamExchange?
    private(set) var parser: ResponseParser
    var input = ByteBuffer()
    private var isReused = false
    /// Can carry requests: with TLS, after its handshake.
    private var isReady: Bool
    private var readyCallback: (((any Error)?) -> Void)?
    /// What went wrong last.
    private var failure: (any Error)?
    /// The host has taken it over. Of several attempts to connect to a name only one is.
    var isAdopted = false
    /// Reads the body that is being streamed, if one is.
    var reader: BodyReader?
    /// Where that body goes.
    var sink: (any BodySink)?
    var inputEnded = false
    /// Where the request's body comes from, while more of it comes.
    var upload: (any BodySource)?
    /// That body is sent in chunks.
    var isUploadChunked = false
    /// The kernel has not taken all that was written of that body.
    var hasUnsentPiece = false
    /// A request was not sent to its end.
    var isCutShort = false
    private var isReading = true

    init(host: UpstreamHost, isReady: Bool) {
        self.host = host
        self.isReady = isReady
        self.parser = ResponseParser(isHead: false, limits: host.limits)
    }

    /// Sends a request. The connection must be open and carry none.
    func start(_ exchange: UpstreamExchange) {
        self.exchange = exchange
        exchange.connection = self
        parser = ResponseParser(isHead: exchange.request.isHead, limits: host.limits)
        if let body = exchange.request.largeBody { return upload(body, after: exchange.request.bytes) }
        context?.writeAndFlush(wrapOutboundOut(exchange.request.bytes), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    /// Stops or resumes reading from the service.
    func setReading(_ isOn: Bool) {
        guard isReading != isOn, let context else { return }
        isReading = isOn
        // Fails only on a channel that is closed.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    /// The request that it carries has taken too long.
    func expired() {
        fail(.timedOut)
        close()
    }

    // MARK: events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { ready(nil) }
        context.fireUserInboundEventTriggered(event)
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
        ready(failure ?? ChannelError.inputClosed)
        if isAdopted { host.connectionEnded(self) }
        inputEnded = true
        cutUploadShort()
        guard let exchange else { return }
        if reader != nil || input.readableBytes > 0 { return advance(isEnd: true) }
        self.exchange = nil
        if isReused, exchange.request.isRepeatable, !exchange.wasRetried, !exchange.isDone {
            return host.retry(exchange)
        }
        let reason = "the connection ended before the response began" + (failure.map { ": \($0)" } ?? "")
        exchange.fail(.badResponse(reason), at: host, canRepeat: exchange.request.isRepeatable)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = error
        context.close(promise: nil)
    }
}

extension UpstreamConnection {
    /// Calls back once: when the connection can carry requests, or with the reason why it never will.
    func whenReady(_ body: @escaping ((any Error)?) -> Void) {
        guard !isReady else { return body(nil) }
        guard !inputEnded, let context else { return body(failure ?? ChannelError.inputClosed) }
        readyCallback = body
        context.eventLoop.assumeIsolated().scheduleTask(in: host.limits.connectTimeout) {
            guard self.readyCallback != nil else { return }
            self.ready(ChannelError.connectTimeout(self.host.limits.connectTimeout))
            self.close()
        }
    }

    private func ready(_ failure: (any Error)?) {
        if failure == nil { isReady = true }
        guard let callback = readyCallback else { return }
        readyCallback = nil
        callback(failure)
    }

    private func advance(isEnd: Bool) {
        guard reader == nil else { return deliver(isEnd: isEnd) }
        switch input.withUnsafeReadableBytes({ parser.parse($0, isEnd: isEnd) }) {
        case .needMore:
            break
        case .complete(let end):
            let isReusable = parser.head.keepsAlive && input.readableBytes == end && !isEnd
            let response = takeResponse(end: end)
            release(isReusable: isReusable)?.finish(.success(response))
        case .large:
            stream(parser.head)
        case .failure(let error):
            fail(error)
        }
    }

    private func takeResponse(end: Int) -> Response {
        let head = parser.head
        var response = input.withUnsafeReadableBytes { head.response(in: $0) }
        if head.hasBody {
            let start = input.readerIndex + head.bodyStart
            response.body =
                head.isChunked
                ? ByteBuffer(bytes: parser.chunks.body)
                : input.getSlice(at: start, length: end - head.bodyStart) ?? ByteBuffer()
            response.contentLength = response.body.readableBytes
        }
        return response
    }

    /// The response cannot be had, or not to its end.
    func fail(_ error: UpstreamError) {
        let sink = sink
        release(isReusable: false)?.finish(.failure(error))
        sink?.bodyEnded(error)
    }

    /// The request's end: the connection is kept for the next one or closed.
    func release(isReusable: Bool) -> UpstreamExchange? {
        let finished = exchange
        exchange = nil
        input = ByteBuffer()
        reader = nil
        sink = nil
        isReused = true
        cutUploadShort()
        setReading(true)
        if isReusable, !isCutShort { host.connectionFree(self) } else { close() }
        return finished
    }
}
