import NIOCore

/// An answer whose body comes piece by piece: each is written when it comes, and when the client takes too little of
/// it, the source is told to wait.
extension ConnectionHandler: BodySink {
    /// Sends the response's head and asks for its body. The request stays pending until the body has ended.
    func stream(_ response: Response, from source: any BodySource) {
        isChunking = response.contentLength == nil && !terms.isHTTP10
        // Only the connection's end can tell an HTTP/1.0 client where the body ends.
        if response.contentLength == nil, terms.isHTTP10 { terms.keepsAlive = false }
        prepareBuffer()
        writer.begin(terms)
        writer.writeHead(of: response, isChunked: isChunking)
        streaming = source
        flush()
        source.start(self)
        if !isWritable { source.setPaused(true) }
    }

    func body(_ piece: ByteBuffer) {
        guard phase == .open, let context else { return }
        guard isChunking else { return context.writeAndFlush(wrapOutboundOut(piece), promise: nil) }
        let size = String(piece.readableBytes, radix: 16)
        context.write(wrapOutboundOut(ByteBuffer(string: size + "\r\n")), promise: nil)
        context.write(wrapOutboundOut(piece), promise: nil)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "\r\n")), promise: nil)
    }

    func bodyEnded(_ failure: UpstreamError?) {
        streaming = nil
        guard phase == .open, let context else { return }
        if let failure {
            responder.cutOff(by: failure)
            return abort()
        }
        if isChunking { context.write(wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil) }
        isPending = false
        endAnswer()
        if !isProcessing { resume() }
    }
}
