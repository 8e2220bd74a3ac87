import NIOCore

/// A response larger than is collected: its body goes on to the client as it comes. While the client is slow, nothing
/// is read from the service, so that no more than a few reads are held.
extension UpstreamConnection: BodySource {
    /// Gives the response's head, then its body.
    func stream(_ head: ResponseHead) {
        guard let exchange, !exchange.isDone else { return close() }
        var response = input.withUnsafeReadableBytes { head.response(in: $0) }
        if head.isChunked { response.contentLength = nil }
        response.rest = NIOLoopBound(self, eventLoop: host.eventLoop)
        input.moveReaderIndex(forwardBy: head.bodyStart)
        reader = BodyReader(head)
        cutUploadShort()
        exchange.progress(waits: true)
        exchange.begin(response)
        // Whoever wants it goes on reading.
        if sink == nil, reader != nil { setReading(false) }
    }

    func start(_ sink: any BodySink) {
        guard reader != nil else { return sink.bodyEnded(.badResponse("the connection ended before the response did")) }
        self.sink = sink
        setReading(true)
        deliver(isEnd: inputEnded)
    }

    func setPaused(_ isPaused: Bool) {
        guard reader != nil else { return }
        exchange?.progress(waits: !isPaused)
        setReading(!isPaused)
    }

    func cancel() {
        guard reader != nil else { return }
        release(isReusable: false)?.end()
    }

    /// Passes on what has been received.
    func deliver(isEnd: Bool) {
        guard let sink, let progress = reader?.read(&input, isEnd: isEnd) else { return }
        exchange?.progress(waits: true)
        if progress.piece.readableBytes > 0 { sink.body(progress.piece) }
        // The client may have gone with that.
        guard reader != nil else { return }
        switch progress.state {
        case .needMore: break
        case .complete:
            release(isReusable: parser.head.keepsAlive && input.readableBytes == 0 && !isEnd)?.end()
            sink.bodyEnded(nil)
        case .failed(let reason):
            release(isReusable: false)?.end()
            sink.bodyEnded(.badResponse(reason))
        }
    }
}
