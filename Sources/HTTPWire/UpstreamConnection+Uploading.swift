import NIOCore

/// A request whose body is not collected goes on to the service as the client sends it. The next piece is asked for
/// when the one before has been given to the kernel, so that a slow service stops the client, and no more than a piece
/// is held however small the client's packets are.
extension UpstreamConnection: BodySink {
    /// Sends a request's head, and its body as it comes.
    func upload(_ body: LargeBody, after head: ByteBuffer) {
        let source = body.source.value
        upload = source
        isUploadChunked = body.length == nil
        // Not flushed alone: it can leave together with the first piece, and need not leave when the client has gone.
        context?.write(wrapOutboundOut(head), promise: nil)
        exchange?.progress(waits: false)
        source.start(self)
        context?.flush()
    }

    func body(_ piece: ByteBuffer) {
        guard let upload, let context else { return }
        hasUnsentPiece = true
        exchange?.progress(waits: true)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenSuccess { self.pieceSent() }
        write(piece, sent, context)
        if hasUnsentPiece { upload.setPaused(true) }
    }

    func bodyEnded(_ failure: UpstreamError?) {
        guard upload != nil else { return }
        if let failure {
            fail(failure)
            return
        }
        upload = nil
        exchange?.progress(waits: true)
        guard isUploadChunked else { return }
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil)
    }

    /// The response is there, or cannot be had: nothing more of the body is wanted, and the service cannot tell where a
    /// next request would begin.
    func cutUploadShort() {
        guard upload != nil || hasUnsentPiece else { return }
        isCutShort = true
        let source = upload
        upload = nil
        source?.cancel()
    }

    private func write(_ piece: ByteBuffer, _ sent: EventLoopPromise<Void>, _ context: ChannelHandlerContext) {
        guard isUploadChunked else { return context.writeAndFlush(wrapOutboundOut(piece), promise: sent) }
        let size = String(piece.readableBytes, radix: 16)
        context.write(wrapOutboundOut(ByteBuffer(string: size + "\r\n")), promise: nil)
        context.write(wrapOutboundOut(piece), promise: nil)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "\r\n")), promise: sent)
    }

    private func pieceSent() {
        hasUnsentPiece = false
        guard let upload else { return }
        exchange?.progress(waits: false)
        upload.setPaused(false)
    }
}
