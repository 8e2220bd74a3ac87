import Glibc

/// Keeps a listening socket open without being seen to have it: the descriptor is in a message that nobody takes out.
///
/// Tools that end whoever listens in a namespace, such as `neutron-netns-cleanup --force`, look through the descriptors of
/// all processes (contract neutron.md §8.2). They find those that serve the socket, and not the one that keeps it.
/// Connections queue in the kernel as long as the box is there.
public final class DescriptorBox: Sendable {
    private let channel: DescriptorChannel

    /// - Parameter descriptor: is closed, also on failure; the box holds it open.
    /// - Throws: ``SystemError``
    public init(holding descriptor: Int32) throws {
        defer { close(descriptor) }
        let (sender, receiver) = try DescriptorChannel.pair()
        try sender.send("held", [descriptor])
        channel = receiver
    }

    /// A further descriptor of the socket, which the caller closes.
    /// - Throws: ``SystemError``, EMFILE for instance.
    public func copy() throws -> Int32 {
        guard let descriptor = try channel.receive(peeks: true)?.descriptors.first else {
            throw SystemError("copy a descriptor", code: EBADF)
        }
        return descriptor
    }
}
