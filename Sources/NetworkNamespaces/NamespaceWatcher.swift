import Dispatch
import Glibc
import Synchronization

/// Tells when a network namespace may have got or lost its name.
///
/// inotify tells within a millisecond. It knows nothing of mounts, and `/run/netns` may be made, removed or mounted over
/// later: the directory is looked at every second for that, and a change is announced every five seconds in any case.
public final class NamespaceWatcher: Sendable {
    /// One element at once, then one after each change; changes nobody has waited for are one element.
    public let changes: AsyncStream<Void>

    /// How often the directory itself is looked at, in seconds.
    private static let interval = 1
    /// How many of those looks pass between two announcements that nothing has led to.
    private static let looksPerAnnouncement = 5

    private let announce: AsyncStream<Void>.Continuation
    private let queue = DispatchQueue(label: "metapath.namespace-watcher")
    private let watch: Mutex<Watch>
    private let source: Mutex<any DispatchSourceRead>
    private let timer: Mutex<any DispatchSourceTimer>

    /// - Parameter directory: where the names are; it need not exist.
    /// - Throws: ``NamespaceError`` when the system has no inotify instance left.
    public init(directory: String = NetworkNamespace.directory) throws(NamespaceError) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else {
            throw .system("watch \(directory) (fs.inotify.max_user_instances limits how many may)")
        }
        (changes, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        watch = Mutex(Watch(directory: directory, descriptor: descriptor))
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setCancelHandler { Glibc.close(descriptor) }
        self.source = Mutex(source)
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .seconds(Self.interval))
        self.timer = Mutex(timer)
        start()
    }

    deinit { close() }

    /// Ends ``changes``.
    public func close() {
        source.withLock { $0.cancel() }
        timer.withLock { $0.cancel() }
        announce.finish()
    }

    /// Announces a change after that time: for a name that is not a namespace yet, of which nobody will tell.
    public func lookAgain(after delay: Duration) {
        queue.asyncAfter(deadline: .now() + .microseconds(Int(delay / .microseconds(1)))) { [announce] in
            announce.yield()
        }
    }

    private func start() {
        watch.withLock { _ = $0.renew() }
        source.withLock { source in
            source.setEventHandler { [weak self] in self?.read() }
            source.resume()
        }
        timer.withLock { timer in
            timer.setEventHandler { [weak self] in self?.look() }
            timer.resume()
        }
    }

    private func read() {
        if watch.withLock({ $0.read() }) { announce.yield() }
    }

    private func look() {
        let isDue = watch.withLock { watch in
            defer { watch.looks += 1 }
            return watch.renew() || watch.looks.isMultiple(of: Self.looksPerAnnouncement)
        }
        if isDue { announce.yield() }
    }
}

/// What inotify has been told to watch: the directory, or the one it will appear in.
private struct Watch {
    let directory: String
    let descriptor: Int32
    var looks = 0
    private var number: Int32 = -1
    private var watched: NamespaceIdentity?

    init(directory: String, descriptor: Int32) {
        self.directory = directory
        self.descriptor = descriptor
    }

    /// Watches what has the directory's name now. True when that is not what was watched before.
    mutating func renew() -> Bool {
        let present = NamespaceIdentity(file: directory)
        guard number < 0 || present != watched else { return false }
        if number >= 0 { inotify_rm_watch(descriptor, number) }
        let names = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR
        let parent = String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])
        number =
            present == nil
            ? inotify_add_watch(descriptor, parent, UInt32(names))
            : inotify_add_watch(
                descriptor, directory, UInt32(names | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF))
        let changed = present != watched
        watched = present
        return changed
    }

    /// Takes what inotify has to tell. True when it is about names in the directory.
    mutating func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while Glibc.read(descriptor, &buffer, buffer.count) > 0 {}
        return renew() || watched != nil
    }
}
