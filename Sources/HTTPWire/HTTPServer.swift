import NIOCore
import NIOPosix
import Synchronization

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
    private let responders = Mutex<[ListenerNumber: ResponderFactory]>([:])
    private let acceptor = Mutex<ConnectionAcceptor?>(nil)

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

    /// Serves a stream socket that was opened elsewhere, in a network namespace for instance. There may be thousands.
    /// - Parameter descriptor: bound, listening, non-blocking and close-on-exec. It belongs to the server from now on.
    /// - Throws: `IOError` when it is not such a socket.
    public func serve(descriptor: CInt, responder: @escaping ResponderFactory) throws -> Listener {
        // Held while the socket is added: its first connection may be there at once.
        let number = try responders.withLock { responders in
            let number = try theAcceptor().add(descriptor)
            responders[number] = responder
            return number
        }
        return Listener(.accepted(number), of: self)
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
        for channel in listeners.all { try? await channel.close().get() }
        // Those that are on their way to an event loop are there before what is asked of it now.
        acceptor.withLock { $0?.end() }
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
        let channel = try await bind(bootstrap).get()
        listeners.add(channel)
        return Listener(.channel(channel), of: self)
    }

    /// Sets a new connection up. TCP_NODELAY comes with the listening socket.
    private func serve(
        _ channel: any Channel, of listener: ListenerNumber? = nil, _ makeResponder: ResponderFactory
    ) throws {
        let handler = ConnectionHandler(
            limits: limits, loop: loop(of: channel.eventLoop), admission: admission,
            responder: try makeResponder(channel), listener: listener)
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

extension HTTPServer {
    func stopAccepting(_ number: ListenerNumber) {
        acceptor.withLock { $0?.remove(number) }
        responders.withLock { $0[number] = nil }
    }

    func closeConnections(of number: ListenerNumber) async {
        let ends = loops.values.map { box in
            box.eventLoop.submit { box.value?.closeAll(of: number) }
        }
        // Closing does not fail.
        for end in ends { _ = try? await end.get() }
    }

    private func theAcceptor() -> ConnectionAcceptor {
        acceptor.withLock { acceptor in
            if let acceptor { return acceptor }
            let eventLoops = group.makeIterator().map { $0 as any EventLoop }
            let made = ConnectionAcceptor(eventLoops: eventLoops) { [weak self] descriptors, listener, eventLoop in
                self?.take(descriptors, of: listener, on: eventLoop)
            }
            acceptor = made
            return made
        }
    }

    /// Connections that were accepted, on the event loop that they stay on.
    private func take(_ descriptors: [CInt], of listener: ListenerNumber, on eventLoop: any EventLoop) {
        guard let makeResponder = responders.withLock({ $0[listener] }) else {
            // The listener has been closed meanwhile.
            for descriptor in descriptors { close(descriptor) }
            return
        }
        let bootstrap = ClientBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try self.serve(channel, of: listener, makeResponder) }
        }
        // What fails is a connection that has gone already.
        for descriptor in descriptors { _ = bootstrap.withConnectedSocket(descriptor) }
    }
}
