/// Where an upstream service listens.
public enum UpstreamAddress: Sendable, Hashable {
    /// - host: a name, or an address without brackets. A name is resolved for each new connection.
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// The value of the `Host` field (RFC 9110 §7.2).
    var hostField: String {
        switch self {
        case .tcp(let host, let port) where host.contains(":"): "[\(host)]:\(port)"
        case .tcp(let host, let port): "\(host):\(port)"
        case .unix: "localhost"
        }
    }
}

extension UpstreamAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tcp: hostField
        case .unix(let path): path
        }
    }
}
