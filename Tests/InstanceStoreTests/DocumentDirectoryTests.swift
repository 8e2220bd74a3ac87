import Identification
import InstanceModel
import MetadataDocuments
import Synchronization
import Testing

@testable import InstanceStore

/// What is kept of a store that cannot tell of its changes, and who shares a read.
struct DocumentDirectoryTests {
    /// A stub of a store: one instance, read when the test says so, and a count of the reads.
    private final class StubStore: InstanceStore {
        let freshness: Freshness
        let reads = Mutex(0)
        private let gate: Gate?

        /// - Parameter gate: what every read waits for.
        init(lifetime: Duration, gate: Gate? = nil) {
            freshness = .expires(after: lifetime)
            self.gate = gate
        }

        func instance(_ id: InstanceID) async throws -> Instance? {
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            await gate?.wait()
            var instance = Instance(id: id, projectID: "demo")
            instance.password = "read \(number)"
            instance.securityGroups = nil
            return instance
        }

        func owners(at origin: Origin) async throws -> [PortOwner]? {
            reads.withLock { $0 += 1 }
            return [PortOwner(instance: Sample.id(1), projectID: "demo")]
        }

        func securityGroups(of id: InstanceID) async throws -> [String] {
            let number = reads.withLock { reads in
                reads += 1
                return reads
            }
            if number == 1 { throw StoreError(.unavailable, "not now") }
            return ["default", "default"]
        }

        func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome { .stored }
    }

    private actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func wait() async {
            guard !isOpen else { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }

    private let id: InstanceID = Sample.id(1)

    private func directory(_ store: StubStore) -> DocumentDirectory {
        DocumentDirectory(store: store, settings: DocumentSettings(), secrets: SharedSecrets(current: "s"))
    }

    @Test func requestsThatMissTogetherShareOneRead() async throws {
        let gate = Gate()
        let store = StubStore(lifetime: .seconds(3600), gate: gate)
        let directory = directory(store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try #require(try await directory.load(id)) } }
            await gate.open()
            try await group.waitForAll()
        }
        #expect(store.reads.withLock { $0 } == 1)
        #expect(directory.instance(id) != nil)
    }

    @Test func withoutALifetimeNothingIsKept() async throws {
        let store = StubStore(lifetime: .zero)
        let directory = directory(store)
        _ = try await directory.load(id)
        #expect(directory.instance(id) == nil)
        _ = try await directory.load(id)
        #expect(store.reads.withLock { $0 } == 2)
    }

    @Test func whoMustSeeTheLatestJoinsNoReadThatBeganEarlier() async throws {
        let gate = Gate()
        let store = StubStore(lifetime: .seconds(3600), gate: gate)
        let directory = directory(store)
        let early = Task { try await directory.load(id) }
        while store.reads.withLock({ $0 }) == 0 { await Task.yield() }
        let late = Task { try await directory.load(id, afresh: true) }
        while store.reads.withLock({ $0 }) == 1 { await Task.yield() }
        await gate.open()
        _ = try await (early.value, late.value)
        #expect(store.reads.withLock { $0 } == 2)
    }

    @Test func anOriginIsKeptWithItsInstance() async throws {
        let store = StubStore(lifetime: .seconds(3600))
        let directory = directory(store)
        let origin = Origin.address(Sample.address("10.0.0.5"))
        _ = try await directory.owners(at: origin)
        #expect(directory.documents(at: origin) == nil)
        _ = try await directory.load(id)
        #expect(directory.documents(at: origin)?.instanceID == id)
    }

    @Test func securityGroupsThatCouldNotBeHadAreAskedForAgain() async throws {
        let directory = directory(StubStore(lifetime: .seconds(3600)))
        await #expect(throws: StoreError.self) { try await directory.loadSecurityGroupText(of: id) }
        #expect(try await directory.loadSecurityGroupText(of: id) == Array("default\ndefault".utf8))
        #expect(directory.securityGroupText(of: id) == Array("default\ndefault".utf8))
    }

    @Test func whatIsHeldExpiresFromWhenItWasTrue() {
        var held = Held<Int, String>(lifetime: .seconds(3600))
        held.keep("old", for: 1, since: .now - .seconds(3601))
        held.keep("new", for: 2, since: .now - .seconds(1))
        #expect(held[1] == nil)
        #expect(held[2] == "new")
    }
}
