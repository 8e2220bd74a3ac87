import Dispatch
import Glibc
import NetworkNamespaces

/// The holder's side of a worker: the process, and the connection to it.
public final class WorkerLink: Sendable {
    public enum Event: Sendable {
        case ready
        case leaving
        /// The descriptor of a file to be kept, which belongs to whoever gets this.
        case ports(Int32)
        /// The process has ended, with its exit status or 128 + the signal that ended it. The last event.
        case ended(status: Int32)
    }

    public let pid: pid_t
    public let events: AsyncStream<Event>
    private let channel: DescriptorChannel
    /// Sending blocks while the worker is busy.
    private let queue = DispatchQueue(label: "metapath.worker-link")

    /// Starts a worker.
    /// - Parameters:
    ///   - command: the program and its arguments. It finds its end of the connection at its standard input.
    ///   - capabilities: what it may have at most until it gives them up.
    /// - Throws: ``SystemError``, `NamespaceError`
    public init(_ command: [String], capabilities: Set<Capability>) throws {
        let (ours, theirs) = try DescriptorChannel.pair()
        var program = NamespaceCommand(command, deathSignal: 0)
        program.capabilities = Capability.mask(capabilities)
        let process = try program.start(input: theirs.descriptor, output: STDOUT_FILENO, errors: STDERR_FILENO)
        channel = ours
        pid = process.pid
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        DispatchQueue(label: "metapath.worker-events").async {
            while let event = Self.next(ours) { continuation.yield(event) }
            continuation.yield(.ended(status: process.wait()))
            continuation.finish()
        }
    }

    /// In the order of the calls; returns at once. What cannot be sent any more is dropped: the end will be told.
    public func send(_ message: HolderMessage, _ box: DescriptorBox? = nil) {
        queue.async { [channel] in
            let descriptor = try? box?.copy()
            defer { if let descriptor { close(descriptor) } }
            // The socket has been closed meanwhile, or no descriptor is left.
            guard (box == nil) == (descriptor == nil) else { return }
            try? channel.send(message.description, descriptor.map { [$0] } ?? [])
        }
    }

    public func kill() {
        Glibc.kill(pid, SIGKILL)
    }

    private static func next(_ channel: DescriptorChannel) -> Event? {
        while let (text, descriptors) = try? channel.receive() {
            switch (WorkerMessage(rawValue: text), descriptors.count) {
            case (.ready, 0): return .ready
            case (.leaving, 0): return .leaving
            case (.ports, 1): return .ports(descriptors[0])
            default: for descriptor in descriptors { close(descriptor) }
            }
        }
        return nil
    }
}
