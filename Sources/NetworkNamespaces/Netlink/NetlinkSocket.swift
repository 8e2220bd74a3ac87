import Glibc

/// A netlink socket in the namespace that the calling thread is in when it is made.
struct NetlinkSocket: ~Copyable {
    enum Family: Int32 {
        /// NETLINK_ROUTE: devices and addresses.
        case route = 0
        /// NETLINK_NETFILTER: nf_tables.
        case netfilter = 12
    }

    /// What bind(2) wants; the kernel's header is not among those that Swift can import.
    private struct Address {
        var family = UInt16(AF_NETLINK)
        var padding: UInt16 = 0
        var port: UInt32 = 0
        /// A bit for each group of messages that is wanted without asking.
        var groups: UInt32
    }

    let descriptor: Int32

    init(_ family: Family, groups: UInt32 = 0) throws(NamespaceError) {
        let type = Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_NETLINK, type, family.rawValue)
        guard descriptor >= 0 else { throw .system("open a netlink socket") }
        let bound = withUnsafeBytes(of: Address(groups: groups)) { bytes in
            bytes.baseAddress.map {
                bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        guard bound == 0 else {
            let code = errno
            close(descriptor)
            throw .system("bind a netlink socket", code)
        }
    }

    deinit { close(descriptor) }

    /// Its descriptor, which the caller closes.
    consuming func release() -> Int32 {
        let released = descriptor
        discard self
        return released
    }

    /// Sends the messages and reads what the kernel says to them: it has done so when send(2) returns.
    /// - Throws: the first refusal.
    func exchange(_ messages: [UInt8], to action: String) throws(NamespaceError) {
        guard send(descriptor, messages, messages.count, 0) == messages.count else { throw .system(action) }
        while let answer = Self.receive(from: descriptor).messages {
            for message in NetlinkReader(answer) where message.type == 2 {
                // NLMSG_ERROR: a negative errno, or 0 as acknowledgement.
                let code = message.payload.withUnsafeBytes { $0.count < 4 ? 0 : $0.loadUnaligned(as: Int32.self) }
                guard code == 0 else { throw .system(action, -code) }
            }
        }
    }

    /// What is there to read; nil when nothing is. `isOverrun` when the kernel had to drop messages before.
    static func receive(from descriptor: Int32) -> (messages: ArraySlice<UInt8>?, isOverrun: Bool) {
        var buffer = [UInt8](repeating: 0, count: 32 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return (nil, count < 0 && errno == ENOBUFS) }
        return (buffer[..<count], false)
    }
}
