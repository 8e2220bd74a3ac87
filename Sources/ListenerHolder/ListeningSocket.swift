import Glibc
import ProcessSeparation

/// Opens listening sockets in our own namespace: non-blocking, closed on exec, owned by the caller.
public enum ListeningSocket {
    /// On a TCP address.
    /// - Parameters:
    ///   - host: a name or an address; the first address of a name is taken.
    ///   - port: 1…65535.
    /// - Throws: `SystemError`
    public static func tcp(host: String, port: Int, backlog: Int32) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &found)
        guard code == 0, let address = found?.pointee else {
            let reason = String(cString: gai_strerror(code))
            throw SystemError("find the address of \(host) (\(reason))", code: EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(found) }
        return try listen(
            address.ai_family, SOCK_STREAM, address.ai_addr, address.ai_addrlen, backlog, named: "\(host):\(port)")
    }

    /// On a UNIX path, in the place of a socket that a server has left there. Whoever may not connect could not at any
    /// moment: the socket is made with its mode.
    /// - Parameters:
    ///   - permissions: of the socket's file; connecting needs write permission.
    ///   - owner: nil: ours.
    /// - Throws: `SystemError`; ENOTSOCK where something else has the name.
    public static func unix(
        path: String, type: __socket_type = SOCK_STREAM, permissions: mode_t = 0o777, owner: uid_t? = nil,
        group: gid_t? = nil, backlog: Int32
    ) throws -> Int32 {
        try removeSocket(at: path)
        let mask = umask(0o777 & ~permissions)
        defer { umask(mask) }
        let descriptor = try UnixAddress.with(path) { address, size in
            try listen(AF_UNIX, type, address, size, backlog, named: path)
        }
        if owner != nil || group != nil, chown(path, owner ?? .max, group ?? .max) != 0 {
            let error = SystemError("give \(path) to its user and group")
            close(descriptor)
            unlink(path)
            throw error
        }
        return descriptor
    }

    private static func removeSocket(at path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError("listen on \(path), where there is a file", code: ENOTSOCK)
        }
        unlink(path)
    }

    private static func listen(
        _ family: Int32, _ type: __socket_type, _ address: UnsafePointer<sockaddr>?, _ size: socklen_t,
        _ backlog: Int32, named name: String
    ) throws -> Int32 {
        let flags = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else { throw SystemError("open a socket for \(name)") }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address, size) == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError("listen on \(name)", code: code)
        }
        return descriptor
    }
}
