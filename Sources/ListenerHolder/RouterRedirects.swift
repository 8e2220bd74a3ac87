import Logging
import NetworkNamespaces

/// Keeps the table of ``MetadataRedirect`` in routers' namespaces: installs it, puts it back when somebody has removed
/// it, and removes it at the end.
public actor RouterRedirects {
    /// How many namespaces are worked off in one go.
    private static let batch = 512
    /// Between damage and repair: whoever removes the table again and again must not keep us busy.
    private static let pause = Duration.milliseconds(100)
    /// Between two attempts where the table could not be installed.
    private static let rest = Duration.seconds(5)

    /// Where routers lead their guests.
    nonisolated let port: UInt16
    private let installer: RedirectInstaller
    private let logger: Logger
    private var kept: Set<String> = []
    /// Where the table is to be installed, or removed.
    private var tasks: [String: Bool] = [:]
    private var damaged: Set<String> = []
    private var failed: Set<String> = []
    private let work = Signal()
    private let damage = Signal()
    private let changes = AsyncStream<(name: String, isDamaged: Bool)>.makeStream()

    /// - Parameter port: where routers lead their guests, Neutron's `metadata_port`.
    public init(port: UInt16, logger: Logger) {
        self.port = port
        self.installer = RedirectInstaller(port: port)
        self.logger = logger
    }

    /// Has the table installed in this namespace, and kept there.
    func keep(_ name: String) {
        kept.insert(name)
        tasks[name] = true
        work.raise()
    }

    /// - Parameter removing: the namespace is there still, and the table is to go.
    func forget(_ name: String, removing: Bool) {
        kept.remove(name)
        failed.remove(name)
        tasks[name] = removing ? false : nil
        work.raise()
    }

    /// The table has been damaged, or is whole again. Any thread may say so.
    nonisolated func changed(_ name: String, isDamaged: Bool) {
        changes.continuation.yield((name, isDamaged))
    }

    /// Works until cancelled. What is installed then stays until ``removeAll()``.
    public func follow() async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in self.work.raised { await self.workOff() } }
            group.addTask { for await change in self.changes.stream { await self.note(change.name, change.isDamaged) } }
            group.addTask {
                for await _ in self.damage.raised {
                    try? await Task.sleep(for: Self.pause)
                    await self.repair()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.rest)
                    await self.retry()
                }
            }
        }
    }

    /// Removes every table. For the end, when no connection needs them any more.
    public func removeAll() async {
        for name in kept { tasks[name] = false }
        kept = []
        await workOff()
    }

    private func note(_ name: String, _ isDamaged: Bool) {
        guard isDamaged else {
            damaged.remove(name)
            return
        }
        damaged.insert(name)
        damage.raise()
    }

    private func repair() {
        for name in damaged where kept.contains(name) && tasks[name] == nil {
            logger.notice(
                "the nftables table metapath was changed by somebody else; installing it again",
                metadata: ["namespace": "\(name)"])
            keep(name)
        }
        damaged = []
    }

    private func retry() {
        for name in failed where kept.contains(name) && tasks[name] == nil { keep(name) }
    }

    private func workOff() async {
        while !tasks.isEmpty {
            let batch = Array(tasks.prefix(Self.batch))
            for (name, _) in batch { tasks[name] = nil }
            for isInstalling in [true, false] {
                await apply(batch.filter { $0.value == isInstalling }.map(\.key), isInstalling)
            }
        }
    }

    private func apply(_ names: [String], _ isInstalling: Bool) async {
        guard !names.isEmpty else { return }
        let errors = await isInstalling ? installer.install(in: names) : installer.remove(in: names)
        failed.subtract(names.filter { errors[$0] == nil })
        for (name, error) in errors where error.kind != .noSuchNamespace && failed.insert(name).inserted {
            logger.warning("\(error)", metadata: ["namespace": "\(name)"])
        }
    }
}

/// Something to do: raising it many times before it is seen is raising it once.
private struct Signal: Sendable {
    let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (raised, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func raise() { continuation.yield() }
}
