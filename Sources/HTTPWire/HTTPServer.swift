import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Serves HTTP/1.x on any number of listening sockets.
///
/// Each connection stays on one event loop of the group. When descriptors run out, accepting pauses for a second and
/// goes on; connections that are there are served meanwhile.
public final class HTTPServer: Sendable {
    /// Makes the responder of one connection, on that connection's event loop. The channel tells the peer's and the
    /// local address.
    public typealias ResponderFactory = @Sendable (any Channel) throws -> any Responder

    private let group: any EventLoopGroup
    private let limits: WireLimits
    private let admission: ConnectionAdmission
    /// Each event loop's part, made there when its first connection comes.
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<WireLoop?>]
    private let listeners = ListenerSet()

    /// - Parameters:
    ///   - group: runs the connections; its loops must be NIO's own POSIX ones. It is not shut down with the server.
    ///   - descriptorLimit: how many descriptors the process may have open; nil asks the system.
    public init(group: any EventLoopGroup, limits: WireLimits = WireLimits(), descriptorLimit: Int? = nil) {
        self.group = group
        self.limits = limits
        let descriptors = descriptorLimit ?? sysconf(CInt(_SC_OPEN_MAX))
        self.admission = ConnectionAdmission(.init(limits, descriptors: descriptors > 0 ? descriptors : 1024))
        var loops: [ObjectIdentifier: NIOLoopBoundBox<WireLoop?>] = [:]
        for loop in group.makeIterator() {
            loops[ObjectIdentifier(loop)] = .makeEmptyBox(valueType: WireLoop.self, eventLoop: loop)
        }
        self.loops = loops
    }

    /// Connections being served, and waiting to be.
    public var connections: (served: Int, waiting: Int) { admission.counts }

    /// Listens on a TCP address.
    /// - Parameter port: 0…65535; with 0 the kernel chooses.
    /// - Throws: `IOError` when the address cannot be resolved or bound.
    public func bind(host: String, port: Int, responder: @escaping ResponderFactory) async throws -> Listener {
        try await listen(responder) { $0.bind(host: host, port: port) }
    }

    /// Listens on a UNIX stream socket.
    /// - Parameter unixPath: a socket file left there by a server that has ended is replaced.
    /// - Throws: `IOError` when the path is too long or cannot be bound.
    public func bind(unixPath: String, responder: @escaping ResponderFactory) async throws -> Listener {
        try await listen(responder) { $0.bind(unixDomainSocketPath: unixPath, cleanupExistingSocketFile: true) }
    }

    /// Serves a stream socket that was opened elsewhere, in a network namespace for instance.
    /// - Parameter descriptor: bound, listening, non-blocking and close-on-exec. It belongs to the server from now on.
    /// - Throws: `IOError` when it is not such a socket.
    public func serve(descriptor: CInt, responder: @escaping ResponderFactory) async throws -> Listener {
        let backlog = limits.backlog
        return try await listen(responder) { bootstrap in
            bootstrap.serverChannelInitializer { channel in
                // NIO has told the kernel a queue of 128, whatever the option says and whatever it was before.
                channel.eventLoop.makeCompletedFuture { try setBacklog(of: descriptor, backlog) }
            }.withBoundSocket(descriptor)
        }
    }

    /// Stops: closes the listeners and the idle connections, lets the others finish the request they are working on,
    /// and closes what is left after `grace`.
    public func stop(grace: TimeAmount) async {
        await end(within: grace) { $0.drain() }
    }

    /// Leaves the clients to another server that has the same sockets: closes its own descriptors of them, answers who is
    /// connected, and tells each with the answer not to come back on this connection. Idle connections end by
    /// ``WireLimits/idleTimeout``, so that no request meets a closed one; what is left after `grace` is closed.
    public func retire(grace: TimeAmount) async {
        await end(within: grace) { $0.retire() }
    }

    private func end(
        within grace: TimeAmount, _ begin: @escaping @Sendable (WireLoop) -> EventLoopFuture<Void>
    ) async {
        for listener in listeners.all { await listener.close() }
        let ends = loops.values.map { box in box.eventLoop.flatSubmit { Self.end(box, within: grace, begin) } }
        // Ending does not fail.
        for end in ends { try? await end.get() }
    }

    private static func end(
        _ box: NIOLoopBoundBox<WireLoop?>, within grace: TimeAmount, _ begin: (WireLoop) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<Void> {
        guard let loop = box.value else { return box.eventLoop.makeSucceededVoidFuture() }
        let end = begin(loop)
        let timer = box.eventLoop.assumeIsolated().scheduleTask(in: grace) { loop.closeAll() }
        end.assumeIsolated().whenComplete { _ in timer.cancel() }
        return end
    }

    private func listen(
        _ makeResponder: @escaping ResponderFactory, _ bind: (ServerBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> Listener {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: limits.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.serve(channel, makeResponder) }
            }
        let listener = Listener(try await bind(bootstrap).get())
        listeners.add(listener)
        return listener
    }

    /// Sets a new connection up. TCP_NODELAY comes with the listening socket.
    private func serve(_ channel: any Channel, _ makeResponder: ResponderFactory) throws {
        let handler = ConnectionHandler(
            limits: limits, loop: loop(of: channel.eventLoop), admission: admission,
            responder: try makeResponder(channel))
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func loop(of eventLoop: any EventLoop) -> WireLoop {
        let box = loops[ObjectIdentifier(eventLoop)]
        if let loop = box?.value { return loop }
        let loop = WireLoop(eventLoop: eventLoop, limits: limits)
        box?.value = loop
        return loop
    }
}

private func setBacklog(of descriptor: CInt, _ backlog: Int32) throws {
    guard listen(descriptor, backlog) == 0 else { throw IOError(errnoCode: errno, reason: "listen") }
}
