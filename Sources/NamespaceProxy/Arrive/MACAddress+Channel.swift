import InstanceModel
import NIOCore
import NetworkNamespaces

extension MACAddress {
    /// The address of whoever opened the connection that a listener in a namespace has accepted. Only the first call
    /// for a connection has an answer, on the connection's event loop.
    init?(neighbourOf channel: any Channel) {
        let transport = channel.pipeline.syncOperations
        let saved = try? transport.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self, SavedSyn.sourceMAC)
        guard let value = saved ?? nil else { return nil }
        self.init(value: value)
    }
}
