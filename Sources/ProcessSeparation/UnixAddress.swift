import Glibc

/// Addresses of UNIX sockets.
public enum UnixAddress {
    /// Lends the address of a path.
    /// - Throws: ``SystemError``, ENAMETOOLONG for more than 107 bytes; what `body` throws.
    public static func with<Value>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Value
    ) throws -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else {
                throw SystemError("use \(path) as a socket's path", code: ENAMETOOLONG)
            }
            room.copyBytes(from: path.utf8)
        }
        return try withUnsafeBytes(of: address) { bytes in
            try bytes.withMemoryRebound(to: sockaddr.self) { pointer in
                guard let base = pointer.baseAddress else { throw SystemError("use a socket's path", code: EINVAL) }
                return try body(base, socklen_t(bytes.count))
            }
        }
    }
}
