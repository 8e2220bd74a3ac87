import NIOCore

/// One client's connection: takes requests out of the bytes received, has them answered, sends the answers.
///
/// Everything happens on the connection's event loop. A request that arrives in one piece is read where it was
/// received, and its answer is written once, when the batch of bytes it came with has been worked off.
final class ConnectionHandler: ChannelInboundHandler, Expiring {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Not admitted yet; nothing is read.
        case waiting
        case open
        /// No further request is looked at; the connection ends when the client has the last answer.
        case finishing
        /// The sending side is shut; what the client still sends is read and dropped for a while.
        case lingering
        case closed
    }

    /// What the connection holds of its ``ConnectionAdmission``.
    enum Place {
        case none
        case served
        case waiting(ConnectionAdmission.Ticket)
        case refused
    }

    let limits: WireLimits
    let loop: WireLoop
    let admission: ConnectionAdmission
    let responder: any Responder
    /// That has accepted it, if it can be closed together with its connections.
    let listener: ListenerNumber?
    var context: ChannelHandlerContext?
    var phase = Phase.waiting
    var place = Place.none

    var parser: RequestParser
    /// Received and not yet consumed.
    var input = ByteBuffer()
    var writer = ResponseWriter()
    /// Of the request being answered, or answered last.
    var terms = ResponseWriter.Terms()

    /// An answer was promised for later.
    var isPending = false
    /// The pending request's body, until all of it has been received, if it is not collected.
    var incoming: IncomingBody?
    /// Where the body being sent comes from, when it comes piece by piece.
    var streaming: (any BodySource)?
    /// It is sent in chunks.
    var isChunking = false
    var isProcessing = false
    var isWritable = true
    var isReading = true
    var inputClosed = false
    /// Part of a request is there.
    var isReceiving = false
    var sentContinue = false
    var hasServed = false
    /// The last answer is on its way to the client.
    var sentFinal = false
    /// The client may not expect the connection to end now.
    var lingers = false
    /// What the client still sends is the rest of a body that is not wanted any more.
    var dropsBody = false
    var drainedBytes = 0
    /// Bytes the client had still to accept when its last time-out began.
    var unacceptedBytes = 0

    var deadline = NIODeadline.distantFuture
    var sweepIndex = 0

    init(
        limits: WireLimits, loop: WireLoop, admission: ConnectionAdmission, responder: any Responder,
        listener: ListenerNumber? = nil
    ) {
        self.limits = limits
        self.loop = loop
        self.admission = admission
        self.responder = responder
        self.listener = listener
        self.parser = RequestParser(limits: limits, takesLargeBodies: responder.takesLargeBodies)
    }

    /// Whether requests that are there have to wait.
    @inline(__always)
    var isBlocked: Bool { phase != .open || isPending || !isWritable }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.sweep.add(self)
        if admission.admit() {
            place = .served
            open()
        } else {
            waitForAdmission(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        input = ByteBuffer()
        streaming?.cancel()
        streaming = nil
        incoming?.fail()
        incoming = nil
        loop.remove(self)
        leaveAdmission()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        switch phase {
        case .open where !isBlocked && input.readableBytes == 0:
            process(&received)
            if phase == .open, received.readableBytes > 0 { keep(&received) }
            incoming?.proceed()
        case .open where incoming != nil:
            receiveBody(&received)
        case .open where dropsBody:
            break
        case .open, .waiting:
            keep(&received)
            if isBlocked {
                if input.readableBytes > limits.pipelinedBytes { setReading(false) }
            } else {
                processInput()
            }
        case .finishing, .lingering:
            drop(received.readableBytes)
        case .closed:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        rearm()
        streaming?.setPaused(!isWritable)
        if isWritable, !isProcessing { resume() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        inputClosed = true
        switch phase {
        case .open where incoming != nil: incoming?.proceed()
        case .open where !isBlocked: finish()
        case .lingering: context.close(promise: nil)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func keep(_ received: inout ByteBuffer) {
        if input.readerIndex > 16 * 1024 { input.discardReadBytes() }
        input.writeBuffer(&received)
    }

    private func drop(_ count: Int) {
        drainedBytes += count
        // A client may well send all of a body before it reads the answer.
        guard drainedBytes > limits.lingerBytes, phase == .lingering, !dropsBody else { return }
        context?.close(promise: nil)
    }

    /// Stops or resumes reading from the client.
    func setReading(_ isOn: Bool) {
        guard isReading != isOn, let context else { return }
        isReading = isOn
        // Fails only on a channel that is closed.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }
}
