import HTTPWire
import InstanceModel
import NIOCore

/// Where a connection came in and from whom: all that ARRIVE finds out.
public struct Arrival: Sendable {
    /// The listener, as the log names it: `router:UUID`, `network:UUID` or `service`.
    public let listener: ListenerName
    /// Nil for a peer without an IP address, such as a UNIX socket's.
    public let peer: IPAddress?
    /// The Ethernet address of the neighbour that opened the connection, for listeners in namespaces. Nil when the
    /// kernel has not kept the connection's first packet.
    public let mac: MACAddress?

    public init(listener: ListenerName, peer: IPAddress?, mac: MACAddress? = nil) {
        self.listener = listener
        self.peer = peer
        self.mac = mac
    }

    public init(listener: ListenerName, channel: any Channel, mac: MACAddress? = nil) {
        self.init(
            listener: listener, peer: channel.remoteAddress.flatMap(IPAddress.init(socketAddress:)), mac: mac)
    }
}

extension IPAddress {
    /// The address of a socket's peer, without port and zone. Nil for a UNIX socket.
    init?(socketAddress: SocketAddress) {
        switch socketAddress {
        case .v4(let v4):
            // Behind family and port, two octets each.
            self = withUnsafeBytes(of: v4.address) { bytes in
                IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
            }
        case .v6(let v6):
            // Behind family and port, two octets each, and four of flow information.
            self = withUnsafeBytes(of: v6.address) { bytes in
                IPAddress(
                    v6High: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
            }
        case .unixDomainSocket:
            return nil
        }
    }
}
