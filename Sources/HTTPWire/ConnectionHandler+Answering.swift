import NIOCore

extension ConnectionHandler {
    /// Answers every complete request in `buffer`, in order, until one has to wait.
    func process(_ buffer: inout ByteBuffer) {
        isProcessing = true
        let consumed = buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            while offset < bytes.count, !isBlocked {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                switch parser.parse(rest) {
                case .needMore:
                    awaitRest(of: rest)
                    return offset
                case .request(let length):
                    answer(rest)
                    parser.reset()
                    offset += length
                case .largeBody:
                    offset += answerLarge(rest)
                    parser.reset()
                case .failure(let failure):
                    refuse(failure)
                }
            }
            return offset
        }
        isProcessing = false
        buffer.moveReaderIndex(forwardBy: consumed)
        if phase == .finishing, buffer.readableBytes > 0 { lingers = true }
    }

    /// Answers what is in ``input``.
    func processInput() {
        var buffer = input
        input = ByteBuffer()
        process(&buffer)
        if phase == .open, buffer.readableBytes > 0 { input = buffer }
        incoming?.proceed()
    }

    /// Goes on after something that blocked has ended.
    func resume() {
        if phase == .open, input.readableBytes > 0 { processInput() }
        if !isBlocked {
            if inputClosed || loop.isDraining && hasServed && !isReceiving { return finish() }
            setReading(true)
        }
        flush()
    }

    /// Part of a request is there: starts its clock, and asks for a body that the client holds back.
    private func awaitRest(of bytes: UnsafeRawBufferPointer) {
        guard !parser.isIdle else { return }
        if !isReceiving {
            isReceiving = true
            deadline = loop.sweep.now + limits.receiveTimeout
        }
        guard !sentContinue, parser.awaitsContinue(bytes) else { return }
        sentContinue = true
        prepareBuffer()
        writer.buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }

    @inline(__always)
    private func answer(_ bytes: UnsafeRawBufferPointer) {
        prepareAnswer()
        let disposition = parser.withRequest(in: bytes) { request in
            terms = terms(of: request)
            writer.begin(terms)
            return responder.respond(to: request, into: &writer)
        }
        switch disposition {
        case .complete: answered()
        case .later(let future): wait(for: future)
        }
    }

    /// The same for a request whose body is not collected: it is answered as soon as its head is there, and whoever
    /// answers takes the body as it comes.
    /// - Returns: how many of the bytes are not to be looked at again; the body's follow.
    private func answerLarge(_ bytes: UnsafeRawBufferPointer) -> Int {
        let (body, consumed) = receiveLargeBody(bytes)
        prepareAnswer()
        let disposition = parser.withRequest(in: bytes, body) { request in
            terms = terms(of: request)
            var final = terms
            final.keepsAlive = false
            writer.begin(final)
            return responder.respond(to: request, into: &writer)
        }
        switch disposition {
        case .complete:
            abandonBody()
            answered()
        case .later(let future): wait(for: future)
        }
        return consumed
    }

    @inline(__always)
    private func prepareAnswer() {
        isReceiving = false
        sentContinue = false
        prepareBuffer()
    }

    @inline(__always)
    private func terms(of request: borrowing Request) -> ResponseWriter.Terms {
        ResponseWriter.Terms(
            isHead: request.method == .head, isHTTP10: request.isHTTP10,
            keepsAlive: request.keepsAlive && !loop.isRetiring)
    }

    private func wait(for future: EventLoopFuture<Response>) {
        writer.takeBack()
        isPending = true
        rearm()
        future.hop(to: loop.sweep.eventLoop).assumeIsolated().whenComplete { self.complete($0) }
    }

    /// The answer that was promised is there.
    private func complete(_ result: Result<Response, any Error>) {
        let rest = (try? result.get())?.rest?.value
        guard phase == .open, isPending else { return rest?.cancel() ?? () }
        abandonBody()
        if let rest, case .success(let response) = result { return stream(response, from: rest) }
        isPending = false
        prepareBuffer()
        writer.begin(terms)
        switch result {
        case .success(let response): writer.write(response)
        case .failure(let error): writer.write(responder.page(for: .failedAnswer(error)))
        }
        answered()
        if !isProcessing { resume() }
    }

    /// A response has been written: makes sure that it is one, and goes on.
    @inline(__always)
    private func answered() {
        if !writer.isComplete { replaceIncompleteAnswer() }
        endAnswer()
    }

    /// A response has been given to the channel or to the buffer, to its end.
    @inline(__always)
    func endAnswer() {
        hasServed = true
        if terms.keepsAlive {
            deadline = loop.sweep.now + limits.idleTimeout
        } else {
            phase = .finishing
        }
        if writer.buffer.readableBytes > 64 * 1024 { writeOut() }
    }

    /// The responder has written less or more than it announced. The client must not take what follows for a body.
    private func replaceIncompleteAnswer() {
        writer.takeBack()
        terms.keepsAlive = false
        writer.begin(terms)
        writer.write(responder.page(for: .incompleteAnswer))
    }

    /// Answers what is not a request that can be served, and ends the connection.
    func refuse(_ failure: WireFailure) {
        var page = responder.page(for: failure)
        if failure.status == .serviceUnavailable, page.fields.first("Retry-After") == nil {
            page.fields.append("Retry-After", "1")
        }
        terms = ResponseWriter.Terms(keepsAlive: false)
        prepareBuffer()
        writer.begin(terms)
        writer.write(page)
        phase = .finishing
        lingers = true
    }

    @inline(__always)
    func prepareBuffer() {
        if writer.buffer.storageCapacity == 0 { writer.buffer = loop.takeBuffer() }
    }

    /// Hands what has been written to the channel, to be sent with the next flush.
    private func writeOut() {
        context?.write(wrapOutboundOut(takeOutput()), promise: nil)
    }

    private func takeOutput() -> ByteBuffer {
        let output = writer.buffer
        writer.buffer = ByteBuffer()
        return output
    }

    /// Sends what has been written.
    func flush() {
        guard let context, phase != .closed else { return }
        if phase == .finishing { return flushFinal(context) }
        guard writer.buffer.readableBytes > 0 else { return context.flush() }
        let output = takeOutput()
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        loop.giveBack(output)
    }

    /// Sends what has been written as the connection's last answer.
    private func flushFinal(_ context: ChannelHandlerContext) {
        guard !sentFinal else { return }
        sentFinal = true
        rearm()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.close() }
        let output = takeOutput()
        context.writeAndFlush(wrapOutboundOut(output), promise: written)
        loop.giveBack(output)
    }
}
