import InstanceModel
import NIOCore
import NetworkNamespaces

extension MACAddress {
    /// Room for a connection's first packet.
    private typealias Packet = SIMD64<UInt32>

    /// The address of whoever opened the connection that a listener in a namespace has accepted. Only the first call
    /// for a connection has an answer, on the connection's event loop.
    ///
    /// By way of the socket's options: asking the pipeline for the descriptor costs several times the system call.
    init?(neighbourOf channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        let packet: EventLoopFuture<Packet> = socket.unsafeGetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: SavedSyn.option))
        var address: UInt64?
        // On the event loop the answer is there at once.
        packet.assumeIsolated().whenSuccess { packet in
            address = withUnsafeBytes(of: packet, SavedSyn.sourceMAC(in:))
        }
        guard let address else { return nil }
        self.init(value: address)
    }
}
