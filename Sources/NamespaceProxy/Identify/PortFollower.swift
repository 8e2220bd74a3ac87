import Foundation
import Identification
import InstanceModel
import Logging

/// Keeps a ``PortTable`` in step with its source, for the scopes that this host serves.
///
/// A scope is read when its namespace appears, again when a guest of it is not known, and as a whole from time to time;
/// in between only what has changed is asked for. Nothing is asked for each request, and nothing without a scope
/// (contract neutron.md §0 defect 6, §6).
public actor PortFollower {
    /// How often things are asked, and how long they hold.
    public struct Timing: Sendable {
        /// Between two looks for changed ports.
        public var changes = Duration.seconds(5)
        /// Between two readings of everything, which show deleted ports.
        public var reconciliation = Duration.seconds(300)
        /// For so long a scope that was just read is not read again for a guest that is not in it.
        public var negative = Duration.seconds(1)

        public init() {}
    }

    /// Scopes that one question is about.
    private static let batch = 100

    private let source: any PortSource
    private let table: PortTable
    private var file: PortFile?
    private let timing: Timing
    private let logger: Logger
    private var scopes: Set<Scope> = []
    /// Those among them whose namespaces have appeared just now.
    private var unread: [Scope] = []
    /// When each scope was read last, and the reading that is under way.
    private var readAt: [Scope: ContinuousClock.Instant] = [:]
    private var reading: [Scope: Task<Void, any Error>] = [:]
    private var lastFailure = ""
    private var isDirty = false

    /// - Parameter file: where what is known is kept for the next start; nil for nowhere.
    public init(
        source: any PortSource, table: PortTable, file: PortFile?, timing: Timing = Timing(), logger: Logger
    ) {
        self.source = source
        self.table = table
        self.file = file
        self.timing = timing
        self.logger = logger
    }

    /// Begins with what was known last.
    public func restore() {
        guard let file else { return }
        do {
            guard let content = try file.read() else { return }
            table.change { $0 = content.directory }
            logger.info("ports read from file", metadata: ["file": "\(file.path)", "ports": "\(content.ports.count)"])
        } catch {
            logger.warning("\(file.path): expected the ports of the last run, found another content: \(error)")
        }
    }

    /// Somebody else keeps what is known from now on.
    public func keepNoMore() {
        file = nil
    }

    /// A namespace of this scope has appeared.
    public func add(_ scope: Scope) {
        guard scopes.insert(scope).inserted else { return }
        unread.append(scope)
        if unread.count == 1 { Task { await readNew() } }
    }

    /// The last namespace of this scope is gone.
    public func remove(_ scope: Scope) {
        guard scopes.remove(scope) != nil else { return }
        readAt[scope] = nil
        if case .router(let id) = scope { table.change { $0.removeRouter(id) } }
        forgetUnserved()
    }

    /// A network leaves with the last scope that it is in.
    private func forgetUnserved() {
        let scopes = scopes
        table.change { directory in
            let served = Set(scopes.compactMap { directory.networks(of: $0) }.joined())
            for network in Array(directory.networks) where !served.contains(network) { directory.forget(network) }
        }
        isDirty = true
    }

    /// Reads a scope for a guest that is not known in it. Callers who come while it is read share the reading; one that
    /// was read just now is not read again.
    public func refresh(_ scope: Scope) async throws {
        scopes.insert(scope)
        if let read = readAt[scope], read.duration(to: .now) < timing.negative, reading[scope] == nil { return }
        try await read(scope)
    }

    /// Namespaces come in crowds, when a host or this program starts.
    private func readNew() async {
        while !unread.isEmpty {
            let new = unread
            await readAll(new.filter(scopes.contains))
            unread.removeFirst(new.count)
        }
    }

    private func read(_ scope: Scope) async throws {
        if let running = reading[scope] { return try await running.value }
        try await read([scope])
    }

    private func read(_ scopes: [Scope]) async throws {
        let task = Task { try await self.load(scopes) }
        for scope in scopes { reading[scope] = task }
        defer { for scope in scopes where reading[scope] == task { reading[scope] = nil } }
        try await task.value
        for scope in scopes { readAt[scope] = .now }
        isDirty = true
    }

    private func load(_ scopes: [Scope]) async throws {
        let networks = try await networks(of: scopes)
        guard !networks.isEmpty else { return }
        let ports = Dictionary(grouping: try await source.ports(of: networks), by: \.network)
        table.change { directory in
            for network in networks { directory.setPorts(ports[network] ?? [], of: network) }
        }
    }

    private func networks(of scopes: [Scope]) async throws -> [NetworkID] {
        var networks: Set<NetworkID> = []
        var routers: [RouterID] = []
        for scope in scopes {
            switch scope {
            case .network(let id): networks.insert(id)
            case .router(let id): routers.append(id)
            }
        }
        guard !routers.isEmpty else { return Array(networks) }
        let found = try await source.networks(of: routers)
        table.change { directory in for router in routers { directory.setNetworks(found[router] ?? [], of: router) } }
        return Array(networks.union(found.values.joined()))
    }
}

extension PortFollower {
    /// Follows the source until cancelled.
    public func run() async {
        var reconciled = ContinuousClock.now
        var since = Self.time
        while !Task.isCancelled {
            try? await Task.sleep(for: timing.changes)
            guard !Task.isCancelled else { break }
            let next = Self.time
            if reconciled.duration(to: .now) >= timing.reconciliation {
                reconciled = .now
                await readAll(Array(scopes))
                forgetUnserved()
            } else if await report({ try await self.takeChanges(since: since) }) {
                since = next
            }
            save()
        }
        save()
    }

    /// Reads scopes anew, many with one question.
    private func readAll(_ scopes: [Scope]) async {
        for start in stride(from: 0, to: scopes.count, by: Self.batch) {
            let batch = Array(scopes[start..<min(start + Self.batch, scopes.count)])
            await report { try await self.read(batch) }
        }
    }

    /// Seconds since 1970, two of them back: the source's clock may differ a little.
    private static var time: Int { Int(Date.now.timeIntervalSince1970) - 2 }

    private func takeChanges(since: Int) async throws {
        let networks = table.read { Array($0.networks) }
        guard !networks.isEmpty else { return }
        let changed = try await source.changes(of: networks, since: since)
        guard !changed.isEmpty else { return }
        table.change { $0.set(changed) }
        isDirty = true
    }

    /// Says a failure once, not at every try.
    @discardableResult
    private func report(_ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            if !lastFailure.isEmpty { logger.notice("ports are followed again") }
            lastFailure = ""
            return true
        } catch {
            if "\(error)" != lastFailure { logger.warning("ports cannot be followed: \(error)") }
            lastFailure = "\(error)"
            return false
        }
    }

    private func save() {
        guard isDirty, let file else { return }
        let routers = scopes.compactMap { scope -> RouterID? in if case .router(let id) = scope { id } else { nil } }
        do {
            try file.write(table.read { PortFile.Content($0, routers: routers) })
            isDirty = false
        } catch {
            logger.warning("\(file.path): expected to be able to write the known ports: \(error)")
        }
    }
}
