import Glibc

/// The first packet of a connection, which the kernel keeps for listeners opened by ``ListenAddress`` (contract
/// neutron.md §8.2).
public enum SavedSyn {
    /// Ethernet's header and the longest that IPv4 and TCP can have, with room for IPv6's extensions.
    private static let capacity = 512

    /// What getsockopt(2) calls the packet, at TCP's level.
    public static let option = TCP_SAVED_SYN

    /// The Ethernet address of the neighbour that sent the connection's first packet: 48 bits, the first octet highest.
    /// It does not depend on addresses, and a redirection leaves it as it was.
    ///
    /// The kernel forgets the packet when it has told it: only the first call for a connection can have an answer. Nil
    /// also for SYN cookies, devices without Ethernet, loopback, and before Linux 5.10.
    public static func sourceMAC(of descriptor: Int32) -> UInt64? {
        withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 8) { buffer in
            var count = socklen_t(buffer.count)
            guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_SAVED_SYN, buffer.baseAddress, &count) == 0 else {
                return nil
            }
            return sourceMAC(in: UnsafeRawBufferPointer(rebasing: buffer[..<Int(count)]))
        }
    }

    /// Asks the kernel to keep the packets of a listener's connections from the Ethernet header on. Older kernels
    /// refuse, and then there are none.
    static func keep(on listener: Int32) {
        var fromLinkLayer: Int32 = 2
        setsockopt(listener, Int32(IPPROTO_TCP), TCP_SAVE_SYN, &fromLinkLayer, socklen_t(MemoryLayout<Int32>.size))
    }

    /// As ``sourceMAC(of:)``, from what the kernel has told.
    ///
    /// A device without Ethernet has no header there: the packet then begins with IP, and type and version do not match.
    public static func sourceMAC(in packet: UnsafeRawBufferPointer) -> UInt64? {
        guard packet.count > 14 else { return nil }
        switch (packet[12], packet[13], packet[14] >> 4) {
        case (0x08, 0x00, 4), (0x86, 0xDD, 6): break
        default: return nil
        }
        let address = packet[6..<12].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return address == 0 ? nil : address
    }
}
