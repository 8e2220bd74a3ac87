import CLinux
import Glibc

/// One end of a connection between two processes. It keeps messages apart, and descriptors can go with them.
public final class DescriptorChannel: Sendable {
    /// The longest message in bytes.
    static let capacity = 512

    public let descriptor: Int32
    private let isOwned: Bool

    /// - Parameter descriptor: a SOCK_SEQPACKET socket, which is closed with this object.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        isOwned = true
    }

    /// - Parameter descriptor: such a socket that somebody else closes.
    public init(lent descriptor: Int32) {
        self.descriptor = descriptor
        isOwned = false
    }

    /// Connects to a UNIX socket; nil where nobody listens.
    public convenience init?(connectedTo path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let isConnected = try? UnixAddress.with(path) { connect(descriptor, $0, $1) == 0 }
        guard isConnected == true else {
            close(descriptor)
            return nil
        }
        self.init(descriptor: descriptor)
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Two ends that are connected to each other.
    /// - Throws: ``SystemError``
    public static func pair() throws -> (DescriptorChannel, DescriptorChannel) {
        var descriptors: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &descriptors) == 0 else { throw SystemError("connect two processes") }
        return (DescriptorChannel(descriptor: descriptors[0]), DescriptorChannel(descriptor: descriptors[1]))
    }

    /// Whether a descriptor is one end of such a connection.
    public static func isEnd(_ descriptor: Int32) -> Bool {
        var type: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0
            && type == Int32(SOCK_SEQPACKET.rawValue)
    }

    /// Blocks while the other side is behind.
    /// - Parameters:
    ///   - text: 1…512 bytes.
    ///   - descriptors: which stay the caller's; the other side gets copies.
    /// - Throws: ``SystemError``; EPIPE when the other side has gone.
    public func send(_ text: String, _ descriptors: [Int32] = []) throws {
        let bytes = Array(text.utf8)
        guard clinux_send_message(descriptor, bytes, bytes.count, descriptors, Int32(descriptors.count)) == 0 else {
            throw SystemError("send a message to another process")
        }
    }

    /// Blocks until there is a message. Its descriptors belong to the caller. Nil when the other side has gone.
    /// - Parameter peeks: the message stays where it is; its descriptors are copies.
    /// - Throws: ``SystemError``
    public func receive(peeks: Bool = false) throws -> (text: String, descriptors: [Int32])? {
        var bytes = [UInt8](repeating: 0, count: Self.capacity)
        var descriptors = [Int32](repeating: -1, count: Int(CLINUX_DESCRIPTORS))
        var count: Int32 = 0
        let size = clinux_receive_message(descriptor, &bytes, bytes.count, &descriptors, &count, peeks ? 1 : 0)
        guard size >= 0 else { throw SystemError("receive a message from another process") }
        guard size > 0 else { return nil }
        return (String(decoding: bytes[..<size], as: UTF8.self), Array(descriptors[..<Int(count)]))
    }
}
