import CLinux
import Glibc

/// Recognises a listening socket that another process has opened.
enum InheritedSocket {
    /// Those of them that are in the calling thread's namespace and at one of the addresses.
    static func listeners(among descriptors: [Int32], at addresses: [ListenAddress]) -> [NamespaceListener] {
        guard let here = NamespaceIdentity(file: "/proc/thread-self/ns/net") else { return [] }
        var found: [NamespaceListener] = []
        for descriptor in descriptors where namespace(of: descriptor) == here {
            guard let listener = listener(descriptor, addresses) else { continue }
            // One socket for each address and device.
            if !found.contains(where: { $0.address == listener.address && $0.device == listener.device }) {
                found.append(listener)
            }
        }
        return found
    }

    private static func namespace(of descriptor: Int32) -> NamespaceIdentity? {
        let namespace = clinux_namespace_of_socket(descriptor)
        guard namespace >= 0 else { return nil }
        defer { close(namespace) }
        return NamespaceIdentity(descriptor: namespace)
    }

    private static func listener(_ descriptor: Int32, _ addresses: [ListenAddress]) -> NamespaceListener? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isThere = withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &size) == 0 }
        }
        guard isThere else { return nil }
        for address in addresses {
            if let device = address.device(ofSocketAt: storage) {
                return NamespaceListener(descriptor: descriptor, address: address, device: device)
            }
        }
        return nil
    }
}

extension ListenAddress {
    /// The device that a socket at this address is on, 0 where that does not matter; nil for a socket elsewhere.
    fileprivate func device(ofSocketAt storage: sockaddr_storage) -> UInt32? {
        switch (Int32(storage.ss_family), self) {
        case (AF_INET, .v4(let host, let port, _)):
            let found = Self.read(storage, as: sockaddr_in.self)
            return found.sin_port == port.bigEndian && found.sin_addr.s_addr == inet_addr(host) ? 0 : nil
        case (AF_INET, .anyDualStack(let port)):
            let found = Self.read(storage, as: sockaddr_in.self)
            return found.sin_port == port.bigEndian && found.sin_addr.s_addr == 0 ? 0 : nil
        case (AF_INET6, .anyDualStack(let port)):
            let found = Self.read(storage, as: sockaddr_in6.self)
            return found.sin6_port == port.bigEndian && Self.isSame(found.sin6_addr, "::") ? 0 : nil
        case (AF_INET6, .v6(let host, _, let port, _)):
            let found = Self.read(storage, as: sockaddr_in6.self)
            guard found.sin6_port == port.bigEndian, Self.isSame(found.sin6_addr, host) else { return nil }
            return found.sin6_scope_id
        default: return nil
        }
    }

    private static func read<Address>(_ storage: sockaddr_storage, as type: Address.Type) -> Address {
        withUnsafeBytes(of: storage) { $0.load(as: type) }
    }

    private static func isSame(_ address: in6_addr, _ text: String) -> Bool {
        var other = in6_addr()
        guard inet_pton(AF_INET6, text, &other) == 1 else { return false }
        return withUnsafeBytes(of: address) { left in
            withUnsafeBytes(of: other) { right in left.elementsEqual(right) }
        }
    }
}
