import NIOCore

/// A listening socket being served.
public struct Listener: Sendable {
    /// By which means its connections are accepted.
    enum Socket: Sendable {
        case channel(any Channel)
        case accepted(ListenerNumber)
    }

    private let socket: Socket
    private let server: HTTPServer

    init(_ socket: Socket, of server: HTTPServer) {
        self.socket = socket
        self.server = server
    }

    /// The address bound, with the port the kernel chose when 0 was asked for; nil for a socket that was opened
    /// elsewhere.
    public var localAddress: SocketAddress? {
        if case .channel(let channel) = socket { channel.localAddress } else { nil }
    }

    /// Stops accepting and closes the socket; connections accepted go on. Closing twice does no harm.
    public func close() async {
        switch socket {
        // The only failure is that the socket is closed already.
        case .channel(let channel): try? await channel.close().get()
        case .accepted(let number): server.stopAccepting(number)
        }
    }

    /// Completes when a socket that was bound here has been closed.
    func closed() async {
        if case .channel(let channel) = socket { try? await channel.closeFuture.get() }
    }

    /// Closes the socket and every connection that it has accepted, whatever they are doing.
    public func closeWithConnections() async {
        await close()
        if case .accepted(let number) = socket { await server.closeConnections(of: number) }
    }
}
