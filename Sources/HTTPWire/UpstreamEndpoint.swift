import NIOCore
import NIOSSL

/// One upstream service: where it listens, and how it is spoken with.
public struct UpstreamEndpoint: Sendable {
    public let address: UpstreamAddress
    /// How TLS is spoken; nil: not at all.
    public let tls: NIOSSLContext?

    public init(_ address: UpstreamAddress, tls: NIOSSLContext? = nil) {
        self.address = address
        self.tls = tls
    }

    /// The name that the service's certificate has to bear. Nil for an address: then NIOSSL compares the certificate
    /// with the address that was connected to.
    var serverName: String? {
        guard case .tcp(let host, _) = address, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            return nil
        }
        return host
    }
}

extension UpstreamEndpoint: CustomStringConvertible {
    /// `http://HOST:PORT`, `https://HOST:PORT`, or the path of a UNIX socket.
    public var description: String {
        switch address {
        case .tcp: "\(tls == nil ? "http" : "https")://\(address)"
        case .unix: "\(address)"
        }
    }
}
