import Glibc
import Polling
import Synchronization

/// Tells when there is something to be read from a descriptor, on a thread that all share, until ``end()``.
public final class ReadEvents: Sendable {
    /// All that have not ended.
    private struct Registry {
        var events: [UInt64: ReadEvents] = [:]
        var lastNumber: UInt64 = 0
    }

    private static let registry = Mutex(Registry())
    private static let thread = PollThread(label: "metapath.read-events") { number in
        registry.withLock { $0.events[number] }?.tell()
    }

    private let number: UInt64
    /// Nil once it has been closed; held while it is read, so that nobody else's descriptor ever is.
    private let descriptor: Mutex<Int32?>
    private let read: @Sendable (Int32) -> Bool
    private let whenEnded: (@Sendable () -> Void)?

    private init(
        _ number: UInt64, _ descriptor: Int32, _ read: @escaping @Sendable (Int32) -> Bool,
        _ whenEnded: (@Sendable () -> Void)?
    ) {
        self.number = number
        self.descriptor = Mutex(descriptor)
        self.read = read
        self.whenEnded = whenEnded
    }

    /// - Parameters:
    ///   - descriptor: non-blocking; closed at the end.
    ///   - whenEnded: called once, when `read` will not be called any more.
    ///   - read: must not block. Returns false for the end.
    public static func follow(
        _ descriptor: Int32, whenEnded: (@Sendable () -> Void)? = nil, read: @escaping @Sendable (Int32) -> Bool
    ) -> ReadEvents {
        let events = registry.withLock { registry in
            registry.lastNumber += 1
            let events = ReadEvents(registry.lastNumber, descriptor, read, whenEnded)
            registry.events[registry.lastNumber] = events
            return events
        }
        _ = thread.add(descriptor, as: events.number)
        return events
    }

    /// Any number of times, but not from `read`.
    public func end() {
        let isFirst = descriptor.withLock { descriptor in
            guard let open = descriptor else { return false }
            Self.thread.remove(open)
            close(open)
            descriptor = nil
            return true
        }
        guard isFirst else { return }
        Self.registry.withLock { $0.events[number] = nil }
        whenEnded?()
    }

    private func tell() {
        if !descriptor.withLock({ $0.map(read) ?? true }) { end() }
    }
}
