import Glibc

/// Where a socket listens inside a network namespace.
public enum ListenAddress: Hashable, Sendable {
    /// Every address of both families through one socket; IPv4 peers show as IPv4-mapped addresses. Every IPv4 address
    /// on a kernel without IPv6.
    case anyDualStack(port: UInt16)
    /// One IPv4 address. With `freebind` it need not exist yet (contract neutron.md §8.2).
    case v4(String, port: UInt16, freebind: Bool)
    /// One IPv6 address, on each device whose name begins with `devicePrefix`: a link-local address means nothing
    /// without a device. No such device: no socket.
    case v6(String, devicePrefix: String, port: UInt16, freebind: Bool)
}

extension ListenAddress {
    /// Takes a socket for each device, as devices come and go.
    public var isPerDevice: Bool {
        if case .v6 = self { true } else { false }
    }
}

extension ListenAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .anyDualStack(let port): "[::]:\(port)"
        case .v4(let address, let port, _): "\(address):\(port)"
        case .v6(let address, let devicePrefix, let port, _): "[\(address)%\(devicePrefix)*]:\(port)"
        }
    }
}

extension ListenAddress {
    /// Listening, non-blocking, close-on-exec sockets in the calling thread's namespace; none is left open on failure.
    /// - Parameter devices: indices of those on which a link-local address is not wanted.
    func open(besides devices: Set<UInt32>, backlog: Int32) throws(NamespaceError) -> [NamespaceListener] {
        switch self {
        case .anyDualStack(let port):
            return [listener(try Self.openDualStack(port: port, backlog: backlog))]
        case .v4(let address, let port, let freebind):
            let options = freebind ? [SocketOption(IPPROTO_IP, IP_FREEBIND, 1)] : []
            let target = try Self.ipv4(address, port: port)
            return [listener(try Self.listen(AF_INET, options, target, backlog, named: description))]
        case .v6(let address, let devicePrefix, let port, let freebind):
            let options =
                [SocketOption(IPPROTO_IPV6, IPV6_V6ONLY, 1)]
                + (freebind ? [SocketOption(IPPROTO_IPV6, IPV6_FREEBIND, 1)] : [])
            var target = try Self.ipv6(address, port: port)
            let indices = Self.deviceIndices(prefix: devicePrefix).filter { !devices.contains($0) }
            return try Self.collect(indices) { index throws(NamespaceError) in
                target.sin6_scope_id = index
                return listener(try Self.listen(AF_INET6, options, target, backlog, named: description), on: index)
            }
        }
    }

    private func listener(_ descriptor: Int32, on device: UInt32 = 0) -> NamespaceListener {
        NamespaceListener(descriptor: descriptor, address: self, device: device)
    }

    private static func openDualStack(port: UInt16, backlog: Int32) throws(NamespaceError) -> Int32 {
        let name = ListenAddress.anyDualStack(port: port).description
        let probe = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard probe >= 0 else {
            guard errno == EAFNOSUPPORT else { throw .system("open a socket for \(name)") }
            return try listen(AF_INET, [], ipv4("0.0.0.0", port: port), backlog, named: name)
        }
        close(probe)
        let options = [SocketOption(IPPROTO_IPV6, IPV6_V6ONLY, 0)]
        return try listen(AF_INET6, options, ipv6("::", port: port), backlog, named: name)
    }

    /// `make` of every index; closes what it has made when one fails.
    private static func collect(
        _ indices: [UInt32], _ make: (UInt32) throws(NamespaceError) -> NamespaceListener
    ) throws(NamespaceError) -> [NamespaceListener] {
        var listeners: [NamespaceListener] = []
        for index in indices {
            do throws(NamespaceError) {
                listeners.append(try make(index))
            } catch {
                for listener in listeners { close(listener.descriptor) }
                throw error
            }
        }
        return listeners
    }

    static func deviceIndices(prefix: String) -> [UInt32] {
        guard let devices = if_nameindex() else { return [] }
        defer { if_freenameindex(devices) }
        var indices: [UInt32] = []
        var device = devices
        while device.pointee.if_index != 0, let name = device.pointee.if_name {
            if String(cString: name).hasPrefix(prefix) { indices.append(device.pointee.if_index) }
            device += 1
        }
        return indices
    }

    private static func ipv4(_ address: String, port: UInt16) throws(NamespaceError) -> sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &result.sin_addr) == 1 else {
            throw NamespaceError(.failed, "Expected an IPv4 address to listen on, found “\(address)”.")
        }
        return result
    }

    private static func ipv6(_ address: String, port: UInt16) throws(NamespaceError) -> sockaddr_in6 {
        var result = sockaddr_in6()
        result.sin6_family = sa_family_t(AF_INET6)
        result.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, address, &result.sin6_addr) == 1 else {
            throw NamespaceError(.failed, "Expected an IPv6 address to listen on, found “\(address)”.")
        }
        return result
    }

    private static func listen(
        _ family: Int32, _ options: [SocketOption], _ address: some Any, _ backlog: Int32, named name: String
    ) throws(NamespaceError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .system("open a socket for \(name)") }
        SavedSyn.keep(on: descriptor)
        let ready =
            ([SocketOption(SOL_SOCKET, SO_REUSEADDR, 1)] + options).allSatisfy { $0.set(on: descriptor) }
            && withUnsafeBytes(of: address) { bytes in
                guard let base = bytes.baseAddress else { return false }
                return bind(descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
            }
            && Glibc.listen(descriptor, backlog) == 0
        if ready { return descriptor }
        let code = errno
        close(descriptor)
        throw .system("listen on \(name)", code)
    }
}

private struct SocketOption {
    var level: Int32
    var name: Int32
    var value: Int32

    init(_ level: Int, _ name: Int32, _ value: Int32) {
        self.init(Int32(level), name, value)
    }

    init(_ level: Int32, _ name: Int32, _ value: Int32) {
        self.level = level
        self.name = name
        self.value = value
    }

    func set(on descriptor: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
}
