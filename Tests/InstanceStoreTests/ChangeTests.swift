import InstanceModel
import InstanceStore
import Testing

@Suite("Changes")
struct ChangeTests {
    private let instance = Sample.instance(
        1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5", mac: 0xFA16_3E9C_BF3D)])

    private var keys: Set<PortKey> {
        let addresses = [Sample.address("10.0.0.5"), Sample.address("fe80::f816:3eff:fe9c:bf3d")]
        let scopes: [Scope] = [.network(Sample.blue.id), .router(Sample.blueRouter.id)]
        return Set(scopes.flatMap { scope in addresses.map { PortKey(scope: scope, address: $0) } })
    }

    @Test(arguments: CatalogueDriver.all)
    func nothingNew(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(instance))
        let revision = try await store.changes(since: nil).revision
        #expect(try await store.changes(since: nil) == StoreChanges(revision: revision))
        #expect(try await store.changes(since: revision) == StoreChanges(revision: revision))
    }

    @Test(arguments: CatalogueDriver.all)
    func changedInstanceIsListedWithItsAddresses(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.topology)
        let before = try await store.changes(since: nil).revision
        _ = try await store.apply(Catalogue(instances: [instance, Sample.instance(2)]))
        let changes = try await store.changes(since: before)
        #expect(changes.revision > before)
        #expect(Set(changes.instances) == [instance.id, Sample.id(102)])
        #expect(Set(changes.addresses) == keys)
        #expect(!changes.allAddresses)
    }

    @Test(arguments: CatalogueDriver.all)
    func passwordAndDeletionAreChanges(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(instance, Sample.instance(2)))
        let first = try await store.changes(since: nil).revision
        _ = try await store.setPassword("encrypted", of: instance.id)
        let second = try await store.changes(since: first)
        #expect(second.instances == [instance.id])
        _ = try await store.delete(instance.id)
        let third = try await store.changes(since: second.revision)
        #expect(third.instances == [instance.id] && third.addresses.isEmpty)
        #expect(try await store.changes(since: first).instances == [instance.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func routerAndNetworkChangesConcernEveryAddress(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(instance))
        var router = Sample.blueRouter
        for networks in [[Sample.blue.id, Sample.island.id], []] {
            let before = try await store.changes(since: nil).revision
            router.networks = networks
            _ = try await store.apply(Catalogue(routers: [router]))
            #expect(try await store.changes(since: before).allAddresses)
        }
    }

    @Test(arguments: CatalogueDriver.all)
    func refusedChangeIsNone(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(instance))
        let revision = try await store.changes(since: nil).revision
        let rival = Sample.instance(2, ports: [Sample.port(2, on: Sample.blue, "10.0.0.5")])
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [rival])) }
        #expect(try await store.changes(since: nil).revision == revision)
    }

    @Test(arguments: CatalogueDriver.all)
    func signalIsRaisedByEveryCommitOfAnyConnection(_ driver: CatalogueDriver) async throws {
        let (store, reopen) = try driver.make()
        let other = try reopen()
        let signals = [try store.makeChangeSignal(), try store.makeChangeSignal()]
        func raised() -> [Bool] { signals.map { $0.isRaised() } }
        #expect(raised() == [false, false])
        _ = try await other.apply(Sample.catalogue(instance))
        #expect(raised() == [true, true])
        #expect(raised() == [false, false])
        for number in 0..<60 {
            let writer = number % 2 == 0 ? store : other
            _ = try await writer.apply(Catalogue(instances: [Sample.instance(UInt64(number))]))
            #expect(raised() == [true, true])
        }
        _ = try await other.setPassword("encrypted", of: instance.id)
        #expect(raised() == [true, true])
        _ = try await other.delete(instance.id)
        #expect(raised() == [true, true])
        #expect(raised() == [false, false])
    }

    @Test(arguments: CatalogueDriver.all)
    func whatTheSignalAnnouncesCanBeRead(_ driver: CatalogueDriver) async throws {
        let (store, reopen) = try driver.make()
        let other = try reopen()
        let signal = try store.makeChangeSignal()
        var revision = try await store.changes(since: nil).revision
        for number in 1...50 {
            _ = try await other.apply(Catalogue(instances: [Sample.instance(UInt64(number))]))
            #expect(signal.isRaised())
            let changes = try await store.changes(since: revision)
            #expect(changes.instances == [Sample.id(100 + UInt64(number))])
            revision = changes.revision
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: CatalogueDriver.all)
    func noCommitIsMissedWhileOthersWrite(_ driver: CatalogueDriver) async throws {
        let (store, reopen) = try driver.make()
        let signal = try store.makeChangeSignal()
        var revision = try await store.changes(since: nil).revision
        let writing = Task {
            let writer = try reopen()
            for number: UInt64 in 1...100 {
                _ = try await writer.apply(Catalogue(instances: [Sample.instance(number)]))
            }
            return try await writer.changes(since: nil).revision
        }
        while revision.number < 100 {
            await Task.yield()
            if signal.isRaised() { revision = try await store.changes(since: revision).revision }
        }
        #expect(try await writing.value == revision)
    }
}
