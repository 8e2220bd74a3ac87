import Foundation
import Identification
import InstanceModel
import Logging
import Synchronization
import Testing

@testable import NamespaceProxy

/// What is asked of the source of ports, when, and what of it outlives a restart.
struct PortFollowerTests {
    /// A stub of Neutron: two networks behind a router, and a record of what was asked.
    private final class StubSource: PortSource {
        struct Down: Error {}

        struct State {
            var ports: [DirectoryPort] = []
            var networks: [NetworkID] = []
            var asked: [[NetworkID]] = []
            var isDown = false
        }

        let state = Mutex(State())

        func networks(of routers: [RouterID]) async throws -> [RouterID: [NetworkID]] {
            try state.withLock { state in
                if state.isDown { throw Down() }
                return Dictionary(uniqueKeysWithValues: routers.map { ($0, state.networks) })
            }
        }

        func ports(of networks: [NetworkID]) async throws -> [DirectoryPort] {
            try await Task.sleep(for: .milliseconds(20))
            return try state.withLock { state in
                state.asked.append(networks)
                if state.isDown { throw Down() }
                return state.ports.filter { networks.contains($0.network) }
            }
        }

        func changes(of networks: [NetworkID], since time: Int) async throws -> [DirectoryPort] { [] }

        var asked: [[NetworkID]] { state.withLock { $0.asked } }
    }

    private static func id<Entity>(_ number: UInt64) -> Identifier<Entity> { Identifier(high: 1, low: number) }

    private let blue: NetworkID = id(1)
    private let green: NetworkID = id(2)
    private let router: RouterID = id(9)
    private let source = StubSource()
    private let table = PortTable()

    private func port(_ number: UInt64, on network: NetworkID, _ address: String) -> DirectoryPort {
        DirectoryPort(
            id: Self.id(100 + number), network: network, macAddress: nil, addresses: [address],
            deviceID: "instance-\(number)", projectID: "demo")
    }

    private func follower(_ table: PortTable, path: String? = nil) -> PortFollower {
        PortFollower(
            source: source, table: table, file: path.map { PortFile(path: $0) },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func device(_ table: PortTable, _ scope: Scope, _ address: String) throws -> String? {
        try? table.port(in: scope, address: try #require(IPAddress(address)), mac: nil).get().deviceID
    }

    @Test func aGuestThatIsNotKnownIsLookedForOnceForAll() async throws {
        source.state.withLock { $0.ports = [port(1, on: blue, "10.0.0.5")] }
        let follower = follower(table)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await follower.refresh(.network(blue)) } }
            try await group.waitForAll()
        }
        #expect(source.asked == [[blue]])
        #expect(try device(table, .network(blue), "10.0.0.5") == "instance-1")
        try await follower.refresh(.network(blue))
        #expect(source.asked == [[blue]])
    }

    @Test func everyNetworkOfARouterIsFollowed() async throws {
        source.state.withLock {
            $0.networks = [blue, green]
            $0.ports = [port(1, on: blue, "10.0.0.5"), port(2, on: green, "10.1.0.5")]
        }
        try await follower(table).refresh(.router(router))
        #expect(try device(table, .router(router), "10.1.0.5") == "instance-2")
    }

    @Test func aCrowdOfNamespacesIsReadWithAFewQuestions() async throws {
        let networks: [NetworkID] = (0..<250).map { Self.id(1000 + $0) }
        source.state.withLock { state in
            state.ports = networks.enumerated().map { port(UInt64($0), on: $1, "10.0.0.5") }
        }
        let follower = follower(table)
        for network in networks { await follower.add(.network(network)) }
        for network in networks { try await follower.refresh(.network(network)) }
        #expect(source.asked.count < 20)
        for (index, network) in networks.enumerated() {
            #expect(try device(table, .network(network), "10.0.0.5") == "instance-\(index)")
        }
    }

    @Test func aRouterWithoutNetworksAsksForNoPorts() async throws {
        try await follower(table).refresh(.router(router))
        #expect(source.asked == [])
        #expect(try device(table, .router(router), "10.0.0.5") == nil)
    }

    @Test func aFailureTakesNothingAway() async throws {
        source.state.withLock { $0.ports = [port(1, on: blue, "10.0.0.5")] }
        let follower = follower(table)
        try await follower.refresh(.network(blue))
        source.state.withLock { $0.isDown = true }
        await follower.add(.network(green))
        await #expect(throws: StubSource.Down.self) { try await follower.refresh(.network(green)) }
        #expect(try device(table, .network(blue), "10.0.0.5") == "instance-1")
    }

    @Test func aNetworkLeavesWithTheLastScopeItIsIn() async throws {
        source.state.withLock {
            $0.networks = [blue]
            $0.ports = [port(1, on: blue, "10.0.0.5")]
        }
        let follower = follower(table)
        for scope in [Scope.router(router), .network(blue)] {
            await follower.add(scope)
            try await follower.refresh(scope)
        }
        await follower.remove(.router(router))
        #expect(try device(table, .router(router), "10.0.0.5") == nil)
        #expect(try device(table, .network(blue), "10.0.0.5") == "instance-1")
        await follower.remove(.network(blue))
        #expect(table.read { $0.portCount } == 0)
    }

    @Test func aStartWithoutTheSourceServesEveryoneKnownBefore() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "metapath-\(UUID())/ports.json").path
        defer {
            try? FileManager.default.removeItem(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        }
        source.state.withLock {
            $0.networks = [blue]
            $0.ports = [port(1, on: blue, "10.0.0.5")]
        }
        let first = follower(table, path: path)
        await first.add(.router(router))
        try await first.refresh(.router(router))
        let running = Task { await first.run() }
        running.cancel()
        await running.value
        source.state.withLock { $0.isDown = true }
        let later = PortTable()
        await follower(later, path: path).restore()
        #expect(try device(later, .router(router), "10.0.0.5") == "instance-1")
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(permissions?.intValue == 0o600)
    }
}
