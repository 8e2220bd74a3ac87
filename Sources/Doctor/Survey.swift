import Foundation
import NetworkNamespaces

/// A first look over the host: its namespaces, and who serves guests in them.
public struct Survey: Sendable {
    public var namespaces: [NamespacePath]
    public var host: HostView
    var owners: SocketOwners

    /// A namespace that is there, or ought to be.
    public struct Wanted: Sendable {
        public var kind: NamespaceKind
        public var name: String
        /// Nil where it is simply there.
        public var because: String?

        /// - Parameter name: by default the one that Neutron gives.
        public init(_ kind: NamespaceKind, named name: String? = nil, because: String? = nil) {
            self.kind = kind
            self.name = name ?? kind.name
            self.because = because
        }
    }

    /// - Parameters:
    ///   - redirectPort: where routers lead their guests.
    ///   - told: after each namespace, how many of how many have been looked at.
    public static func look(
        _ wanted: [Wanted], redirectPort: UInt16 = MetadataAddress.redirectPort, host: HostView = HostView(),
        told: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Survey {
        let names = Set(try NetworkNamespace.list())
        let owners = SocketOwners.look()
        let facts = await inOrder(wanted, told: told) { wanted in
            names.contains(wanted.name) ? await NamespaceFacts.look(wanted.name, on: host) : nil
        }
        let paths = zip(wanted, facts).map { wanted, facts in
            var path = NamespacePath(
                namespace: wanted.name, kind: wanted.kind, expectedBecause: wanted.because, facts: facts,
                redirectPort: redirectPort, host: host)
            path.redirectPort = path.portOfProxy(owners) ?? redirectPort
            let socket = path.listener(for: NamespacePath.metadataIPv4)
            path.owner = owners.owner(of: socket?.inode).flatMap { ProcessFacts(pid: $0) }
            if let owner = path.owner { path.haproxy = HaproxyConfiguration(of: owner, host) }
            return path
        }
        return Survey(namespaces: paths, host: host, owners: owners)
    }

    /// Everybody who listens for guests, once each.
    public var processes: [ProcessFacts] {
        var seen: Set<Int32> = []
        return namespaces.compactMap(\.owner).filter { seen.insert($0.pid).inserted }
    }

    /// Everybody who answers haproxies here, once each.
    public var agents: [ProcessFacts] {
        get async {
            var found: [Int32: ProcessFacts] = [:]
            for socket in Set(namespaces.compactMap(\.haproxy?.socket)) {
                if let process = await agentSocket(socket, clients: []).process { found[process.pid] = process }
            }
            return found.values.sorted { $0.pid < $1.pid }
        }
    }

    /// Who listens at a port of the host's own namespace; nil where nobody does, or it cannot be seen.
    public func process(listeningAt port: Int) async -> ProcessFacts? {
        let listing = (try? await host.output(["ss", "-Hltne"])) ?? ""
        let socket = ListeningSocket.list(listing).first { Int($0.port) == port }
        return owners.owner(of: socket?.inode).flatMap { ProcessFacts(pid: $0) }
    }

    /// The socket of the metadata agent.
    /// - Parameter clients: the haproxies that connect to it.
    public func agentSocket(_ path: String, clients: [ProcessFacts]) async -> AgentSocketFacts {
        await AgentSocketFacts.look(path, clients: clients, owners: owners, on: host)
    }
}

extension HaproxyConfiguration {
    /// Nil where the process is no haproxy, or its file cannot be read.
    init?(of process: ProcessFacts, _ host: HostView) {
        guard process.program == "haproxy", let file = process.values(of: "-f").first,
            let text = host.text(of: process.path(file))
        else { return nil }
        self.init(text)
    }
}

/// The results in the order of the items; eight at a time.
func inOrder<Item: Sendable, Value: Sendable>(
    _ items: [Item], told: @escaping @Sendable (Int, Int) -> Void,
    _ body: @escaping @Sendable (Item) async -> Value
) async -> [Value] {
    // Most of the time they wait for the kernel or for answers.
    let breadth = 8
    return await withTaskGroup(of: (Int, Value).self) { group in
        var rest = items.enumerated().makeIterator()
        var values: [Int: Value] = [:]
        for _ in 0..<breadth {
            guard let (index, item) = rest.next() else { break }
            group.addTask { (index, await body(item)) }
        }
        while let (index, value) = await group.next() {
            values[index] = value
            told(values.count, items.count)
            if let (index, item) = rest.next() { group.addTask { (index, await body(item)) } }
        }
        return items.indices.compactMap { values[$0] }
    }
}
