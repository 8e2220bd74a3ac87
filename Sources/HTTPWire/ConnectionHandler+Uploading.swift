import NIOCore

/// A request's body that is not collected: whoever answers the request takes it as it comes. The request is pending
/// until its answer, as any other that is answered later.
extension ConnectionHandler {
    /// Begins with the body of the request in `bytes`.
    /// - Returns: the body, and how many of the bytes are not to be looked at again.
    func receiveLargeBody(_ bytes: UnsafeRawBufferPointer) -> (LargeBody, consumed: Int) {
        let isHeldBack = !sentContinue && parser.awaitsContinue(bytes)
        let parts = parser.takeLargeBody()
        let body = IncomingBody(of: self, parts, isHeldBack: isHeldBack)
        incoming = body
        keepReceivingSmall()
        let source = NIOLoopBound<any BodySource>(body, eventLoop: loop.sweep.eventLoop)
        return (LargeBody(length: parts.length, source: source), parts.consumed)
    }

    /// Has the kernel hold little, and hand over little at a time: at a client's half-close everything that the kernel
    /// holds is read at once, whether or not it is wanted.
    private func keepReceivingSmall() {
        guard let options = context?.channel.syncOptions else { return }
        // Without them all that is lost is a tighter bound.
        try? options.setOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
        try? options.setOption(.maxMessagesPerRead, value: 1)
    }

    /// More of the body is there.
    func receiveBody(_ received: inout ByteBuffer) {
        if input.readableBytes == 0 { input = received } else { input.writeBuffer(&received) }
        incoming?.proceed()
    }

    /// Tells a client that holds its body back to send it.
    func askForBody() {
        prepareBuffer()
        writer.buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        flush()
    }

    /// Reads the client, and limits the time until it sends something, only while its body is wanted.
    func followBody() {
        guard phase == .open, let incoming else { return }
        setReading(incoming.isWanted)
        rearm()
    }

    /// All of the body has been received.
    func bodyReceived() {
        incoming = nil
        setReading(input.readableBytes <= limits.pipelinedBytes)
        rearm()
    }

    /// The client has not sent its body to the end.
    /// - Parameter failure: what it is told; nil: nothing.
    func bodyFailed(_ failure: WireFailure?) {
        let body = incoming
        incoming = nil
        dropsBody = true
        // Whatever the responder makes of it, this is the answer.
        if let failure { refuse(failure) } else { phase = .finishing }
        body?.fail()
        flush()
    }

    /// The answer comes before the body's end: the rest is dropped, and the connection ends after the answer.
    func abandonBody() {
        guard let body = incoming else { return }
        incoming = nil
        dropsBody = true
        body.cancel()
        input = ByteBuffer()
        terms.keepsAlive = false
        lingers = true
        setReading(true)
    }
}
