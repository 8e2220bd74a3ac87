import NIOCore

/// A listening socket being served.
public struct Listener: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) {
        self.channel = channel
    }

    var id: ObjectIdentifier { ObjectIdentifier(channel) }

    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }

    /// The address bound, with the port the kernel chose when 0 was asked for.
    public var localAddress: SocketAddress? { channel.localAddress }

    /// Stops accepting and closes the socket; connections accepted go on. Closing twice does no harm.
    public func close() async {
        // The only failure is that the socket is closed already.
        try? await channel.close().get()
    }

    /// Completes when the socket has been closed, by ``close()`` or because the kernel refuses to go on with it.
    public func closed() async {
        try? await channel.closeFuture.get()
    }
}
