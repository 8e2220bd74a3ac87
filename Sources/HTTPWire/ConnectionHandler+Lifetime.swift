import NIOCore

extension ConnectionHandler {
    /// Starts serving.
    func open() {
        phase = .open
        deadline = loop.sweep.now + limits.idleTimeout
        if loop.isDraining { drain() }
    }

    func waitForAdmission(_ context: ChannelHandlerContext) {
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let decision = admission.wait {
            eventLoop.execute { connection.value.granted() }
        }
        switch decision {
        case .admitted:
            place = .served
            open()
        case .waiting(let ticket):
            place = .waiting(ticket)
            deadline = loop.sweep.now + limits.admissionTimeout
            setReading(false)
        case .refused:
            place = .refused
            refuse(.overloaded)
            flush()
        case .dropped:
            context.close(promise: nil)
        }
    }

    /// The connection's turn has come.
    private func granted() {
        // Ended or refused while the grant was under way: the place goes on to the next.
        guard phase == .waiting else { return admission.release() }
        place = .served
        open()
        resume()
    }

    func leaveAdmission() {
        switch place {
        case .none: break
        case .served: admission.release()
        // When it cannot be cancelled, granted() passes the place on.
        case .waiting(let ticket): _ = admission.cancel(ticket)
        case .refused: admission.endRefusal()
        }
        place = .none
    }

    /// The wait was too long, or the server stops.
    private func refuseWaiting(_ ticket: ConnectionAdmission.Ticket) {
        guard admission.cancel(ticket) else { return deadline = .distantFuture }
        admission.refuse()
        place = .refused
        refuse(.overloaded)
        flush()
    }

    /// Sets the deadline that belongs to what the connection now waits for.
    func rearm() {
        switch phase {
        case .open where isWritable && incoming?.isWanted == true:
            deadline = loop.sweep.now + limits.receiveTimeout
        case .open where isWritable && isPending:
            // Whoever promised the answer limits its time.
            deadline = .distantFuture
        case .open where isWritable:
            if !isReceiving { deadline = loop.sweep.now + limits.idleTimeout }
        case .open, .finishing:
            unacceptedBytes = bufferedBytes
            deadline = loop.sweep.now + limits.writeTimeout
        case .waiting, .lingering, .closed:
            break
        }
    }

    func expire() {
        switch (phase, place) {
        case (.waiting, .waiting(let ticket)):
            refuseWaiting(ticket)
        case (.open, _) where !isWritable, (.finishing, _):
            if bufferedBytes < unacceptedBytes { rearm() } else { abort() }
        case (.open, _) where incoming != nil:
            bodyFailed(.stalledRequest)
        case (.open, _) where isReceiving:
            refuse(.stalledRequest)
            flush()
        default:
            abort()
        }
    }

    private var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Ends the connection when the client has what was written.
    func finish() {
        phase = .finishing
        flush()
    }

    /// The last answer has been accepted.
    func close() {
        guard phase == .finishing, let context else { return }
        guard lingers, !inputClosed else { return context.close(promise: nil) }
        phase = .lingering
        deadline = loop.sweep.now + limits.lingerTimeout
        setReading(true)
        context.close(mode: .output, promise: nil)
    }

    /// Ends the connection now.
    func abort() {
        context?.close(promise: nil)
    }

    /// The server stops: ends the connection as soon as the request it is working on has been answered.
    func drain() {
        switch (phase, place) {
        case (.waiting, .waiting(let ticket)):
            refuseWaiting(ticket)
        case (.open, _):
            terms.keepsAlive = false
            if isBlocked || isReceiving { return }
            // A new client's request is probably on its way.
            if hasServed { finish() } else { deadline = loop.sweep.now + .seconds(1) }
        default:
            break
        }
    }
}
