import Dispatch
import Synchronization

/// Tells when there is something to be read from a descriptor, until it is ended.
public final class ReadEvents: Sendable {
    private let source: Mutex<any DispatchSourceRead>

    /// - Parameters:
    ///   - read: called on the queue as long as there is something to be read; it must not block.
    ///   - whenEnded: called there when `read` will not be called any more: the place to close the descriptor.
    public init(
        of descriptor: Int32, on queue: DispatchQueue, whenEnded: @escaping @Sendable () -> Void,
        read: @escaping @Sendable () -> Void
    ) {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setCancelHandler(handler: whenEnded)
        source.setEventHandler(handler: read)
        source.resume()
        self.source = Mutex(source)
    }

    deinit { end() }

    /// Any number of times.
    public func end() {
        source.withLock { $0.cancel() }
    }
}
