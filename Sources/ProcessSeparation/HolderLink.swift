import Dispatch
import Foundation
import Glibc

/// A worker's side of its connection to the holder.
public final class HolderLink: Sendable {
    /// A message, and the descriptor of the socket to be served if it is about one.
    public typealias Received = (message: HolderMessage, descriptor: Int32?)

    /// What the holder tells. Ends when the holder has gone.
    public let messages: AsyncStream<Received>
    private let continuation: AsyncStream<Received>.Continuation
    private let channel: DescriptorChannel

    /// At standard input, where the holder has put it.
    /// - Throws: ``SystemError`` where the process was started by somebody else.
    public init() throws {
        guard DescriptorChannel.isEnd(STDIN_FILENO) else {
            throw SystemError("serve as a worker, which only a running `metapath` can start", code: ENOTSOCK)
        }
        let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else { throw SystemError("keep the connection to the holder") }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        dup2(nothing, STDIN_FILENO)
        close(nothing)
        channel = DescriptorChannel(descriptor: descriptor)
        (messages, continuation) = AsyncStream.makeStream()
        DispatchQueue(label: "metapath.holder-link").async { [channel, continuation] in
            while let (text, descriptors) = try? channel.receive() {
                guard let message = HolderMessage(text) else { continue }
                continuation.yield((message, descriptors.first))
            }
            continuation.finish()
        }
    }

    /// Ends ``messages``.
    public func finish() {
        continuation.finish()
    }

    /// Blocks while the holder is behind. A holder that has gone is told nothing.
    public func send(_ message: WorkerMessage) {
        try? channel.send(message.rawValue)
    }

    /// Has the holder keep this for the next start.
    /// - Throws: ``SystemError``
    @Sendable public func keepPorts(_ data: Data) throws {
        let file = try MemoryFile.make(data)
        defer { close(file) }
        try channel.send(WorkerMessage.ports.rawValue, [file])
    }
}
