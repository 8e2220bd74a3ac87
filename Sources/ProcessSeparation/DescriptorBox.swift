import Glibc

/// Keeps a listening socket open without being seen to have it: the descriptor is in a message that nobody takes out.
///
/// Tools that end whoever listens in a namespace, such as `neutron-netns-cleanup --force`, look through the descriptors of
/// all processes (contract neutron.md §8.2). They find those that serve the socket, and not the one that keeps it.
/// Connections queue in the kernel as long as the box is there.
public final class DescriptorBox: Sendable {
    private let channel: DescriptorChannel

    /// - Parameters:
    ///   - descriptor: is closed, also on failure; the box holds it open.
    ///   - label: says what it is, to whoever finds the box; 1…512 bytes.
    /// - Throws: ``SystemError``
    public init(holding descriptor: Int32, label: String) throws {
        defer { close(descriptor) }
        let (sender, receiver) = try DescriptorChannel.pair()
        try sender.send(label, [descriptor])
        channel = receiver
    }

    /// A box that another process has made.
    public init(descriptor: Int32) {
        channel = DescriptorChannel(descriptor: descriptor)
    }

    /// Of the box itself: who has it can copy the socket.
    public var descriptor: Int32 { channel.descriptor }

    /// A further descriptor of the socket, which the caller closes.
    /// - Throws: ``SystemError``, EMFILE for instance.
    public func copy() throws -> Int32 {
        try open().descriptor
    }

    /// The same, and what the box says it is.
    public func open() throws -> (label: String, descriptor: Int32) {
        guard let (label, descriptors) = try channel.receive(peeks: true), let descriptor = descriptors.first else {
            throw SystemError("copy a descriptor", code: EBADF)
        }
        return (label, descriptor)
    }
}
