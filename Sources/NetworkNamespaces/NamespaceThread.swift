import CLinux
import Dispatch
import Glibc
import Synchronization

/// One OS thread that enters network namespaces on behalf of all others.
///
/// setns(2) moves the calling thread alone. On a thread of a pool, a namespace that could not be left again would
/// silently become the home of unrelated work; here it ends the thread. A socket stays in the namespace it was opened
/// in, so that only its opening has to happen here.
final class NamespaceThread: Sendable {
    private struct Queue {
        var jobs: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let wake = DispatchSemaphore(value: 0)
    /// The namespace of the process, to return to.
    private let home: Int32

    init() throws(NamespaceError) {
        home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard home >= 0 else { throw .system("open /proc/thread-self/ns/net") }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<NamespaceThread>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            throw .system("start a thread", code)
        }
        pthread_detach(thread)
    }

    deinit {
        if home >= 0 { Glibc.close(home) }
    }

    /// Lets what was submitted finish, then ends the thread. Later calls are refused.
    func close() {
        queue.withLock { $0.isClosed = true }
        wake.signal()
    }

    /// Runs `body` on the thread while that is in the named namespace.
    func perform<Value: Sendable>(
        in namespace: String, _ body: @escaping @Sendable (NamespaceIdentity) throws(NamespaceError) -> Value
    ) async throws(NamespaceError) -> Value {
        let results = await perform([namespace], in: \.self) { _, identity throws(NamespaceError) in
            try body(identity)
        }
        guard let result = results.first else { throw Self.closed }
        return try result.get()
    }

    /// Runs `body` for each item while the thread is in the namespace that the item names; the results in their order.
    func perform<Item: Sendable, Value: Sendable>(
        _ items: [Item], in name: @escaping @Sendable (Item) -> String,
        _ body: @escaping @Sendable (Item, NamespaceIdentity) throws(NamespaceError) -> Value
    ) async -> [Result<Value, NamespaceError>] {
        await withCheckedContinuation { continuation in
            let isAccepted = submit {
                let results = items.map { item in
                    self.run(in: name(item)) { identity throws(NamespaceError) in try body(item, identity) }
                }
                continuation.resume(returning: results)
            }
            if !isAccepted { continuation.resume(returning: items.map { _ in .failure(Self.closed) }) }
        }
    }

    /// As ``perform(in:_:)``, for callers that block.
    func performAndWait<Value: Sendable>(
        in namespace: String, _ body: @escaping @Sendable (NamespaceIdentity) throws(NamespaceError) -> Value
    ) throws(NamespaceError) -> Value {
        let result = Mutex<Result<Value, NamespaceError>>(.failure(Self.closed))
        let done = DispatchSemaphore(value: 0)
        let isAccepted = submit {
            let value = self.run(in: namespace, body)
            result.withLock { $0 = value }
            done.signal()
        }
        if isAccepted { done.wait() }
        return try result.withLock { $0 }.get()
    }

    private static let closed = NamespaceError(.failed, "The thread that enters network namespaces has been ended.")

    /// False when no more work is taken.
    private func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isAccepted = queue.withLock { queue in
            if !queue.isClosed { queue.jobs.append(job) }
            return !queue.isClosed
        }
        if isAccepted { wake.signal() }
        return isAccepted
    }

    private func work() {
        while true {
            wake.wait()
            let (jobs, isClosed) = queue.withLock { queue in
                defer { queue.jobs = [] }
                return (queue.jobs, queue.isClosed)
            }
            for job in jobs { job() }
            if isClosed { return }
        }
    }

    private func run<Value>(
        in namespace: String, _ body: (NamespaceIdentity) throws(NamespaceError) -> Value
    ) -> Result<Value, NamespaceError> {
        Result { () throws(NamespaceError) in
            let descriptor = try NetworkNamespace.open(namespace)
            defer { Glibc.close(descriptor) }
            // The name is there before the namespace is.
            guard let identity = NamespaceIdentity(descriptor: descriptor), identity.isNamespace else {
                throw .noSuchNamespace(namespace)
            }
            guard clinux_enter_network_namespace(descriptor) == 0 else {
                throw .system("enter the network namespace \(namespace)")
            }
            defer { if clinux_enter_network_namespace(home) != 0 { close() } }
            return try body(identity)
        }
    }
}
