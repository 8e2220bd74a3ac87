import NIOCore

/// What the connections of one event loop share.
final class WireLoop {
    let sweep: DeadlineSweep<ConnectionHandler>
    /// No connection is kept after its next answer.
    private(set) var isRetiring = false
    /// No connection is kept after its present request, and none that has none.
    private(set) var isDraining = false
    private var spare = ByteBuffer()
    private var whenEmpty: EventLoopPromise<Void>?

    init(eventLoop: any EventLoop, limits: WireLimits) {
        self.sweep = DeadlineSweep(eventLoop: eventLoop, interval: limits.sweepInterval)
    }

    /// An empty buffer to write responses into. One buffer serves all connections in turn as long as their clients
    /// accept what is written, so that an idle connection holds none.
    @inline(__always)
    func takeBuffer() -> ByteBuffer {
        var buffer = spare
        spare = ByteBuffer()
        buffer.clear(minimumCapacity: 4096)
        return buffer
    }

    @inline(__always)
    func giveBack(_ buffer: consuming ByteBuffer) {
        if buffer.storageCapacity <= 64 * 1024 { spare = buffer }
    }

    func remove(_ connection: ConnectionHandler) {
        sweep.remove(connection)
        if sweep.members.isEmpty { whenEmpty?.succeed() }
    }

    /// Has each connection end with its next answer, which says so. An idle client loses nothing: it may ask once more.
    /// - Returns: a future for the end of the last connection.
    func retire() -> EventLoopFuture<Void> {
        isRetiring = true
        let promise = whenEmpty ?? sweep.eventLoop.makePromise()
        whenEmpty = promise
        if sweep.members.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Closes idle connections, and the others after their present request.
    /// - Returns: a future for the end of the last connection.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        for connection in sweep.members { connection.drain() }
        return retire()
    }

    /// Those that a listener has accepted.
    func closeAll(of listener: ListenerNumber) {
        for connection in sweep.members where connection.listener == listener { connection.abort() }
    }

    func closeAll() {
        for connection in sweep.members { connection.abort() }
    }
}
