import InstanceModel
import InstanceStore
import Testing

@Suite("Catalogue")
struct InstanceCatalogueTests {
    @Test(arguments: CatalogueDriver.all)
    func everyFieldComesBack(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5", "2001:db8::5")])
        instance.ec2Number = 10
        instance.image = BootImage(id: "image-1", ec2Number: 3)
        instance.kernel = BootImage(id: "kernel-1", ec2Number: 4)
        instance.keyPair = KeyPair(name: "mine", publicKey: "ssh-ed25519 AAAA me\n")
        instance.metadata = [MetadataItem(key: "role", value: "web"), MetadataItem(key: "a", value: "")]
        instance.userData = [0, 255, 10, 128]
        instance.launchIndex = 2
        instance.devices = [
            Device(
                kind: .disk(serial: .null, path: .absent), bus: .init(kind: .pci, address: "0000:00:03.0"), tags: [])
        ]
        instance.dedicatedCPUs = [1, 3]
        instance.securityGroups = ["default", "web", "web"]
        #expect(try await store.apply(Sample.catalogue(instance)) == AppliedChanges(created: 6))
        #expect(try await store.instance(instance.id) == instance)
        #expect(try await store.catalogue() == Sample.catalogue(instance))
        #expect(try await store.topology() == Sample.topology)
    }

    @Test(arguments: CatalogueDriver.all)
    func unknownInstanceIsNil(_ driver: CatalogueDriver) async throws {
        #expect(try await driver.makeStore().instance(Sample.id(1)) == nil)
    }

    @Test(arguments: CatalogueDriver.all)
    func importingAgainChangesNothing(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        instance.userData = []
        instance.image = BootImage(id: "image-1", ec2Number: 0)
        let catalogue = Sample.catalogue(instance)
        _ = try await store.apply(catalogue)
        let revision = try await store.changes(since: nil).revision
        #expect(try await store.apply(catalogue) == AppliedChanges(unchanged: 6))
        #expect(try await store.changes(since: nil).revision == revision)
    }

    @Test(arguments: CatalogueDriver.all)
    func instanceIsReplacedAndLosesItsFormerAddress(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        _ = try await store.apply(Sample.catalogue(instance))
        instance.name = "renamed"
        instance.ports = [Sample.port(1, on: Sample.blue, "10.0.0.6")]
        #expect(try await store.apply(Catalogue(instances: [instance])) == AppliedChanges(updated: 1))
        #expect(try await store.instances(named: "web-1") == [])
        #expect(try await store.instances(named: "renamed").map(\.id) == [instance.id])
        #expect(try await store.instances(at: .port(.blue("10.0.0.5"))) == [])
        #expect(try await store.instances(at: .port(.blue("10.0.0.6"))) == [instance.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func nameMayBeSharedAndIDIsAName(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(
            Sample.catalogue(Sample.instance(1, name: "web"), Sample.instance(2, name: "web"), Sample.instance(3)))
        #expect(try await store.instances(named: "web").map(\.id) == [Sample.id(101), Sample.id(102)])
        #expect(try await store.instances(named: "\(Sample.id(103) as InstanceID)").map(\.name) == ["web-3"])
        #expect(try await store.instances(named: "WEB").isEmpty)
    }

    @Test(arguments: CatalogueDriver.all)
    func deletedInstanceIsGoneFromEveryAnswer(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.delete(instance.id))
        #expect(try await !store.delete(instance.id))
        #expect(try await store.instance(instance.id) == nil)
        #expect(try await store.instances(at: .port(.blue("10.0.0.5"))) == [])
        #expect(try await store.instances(at: .address(Sample.address("10.0.0.5"))) == [])
        #expect(try await store.catalogue() == Sample.topology)
    }

    @Test(arguments: CatalogueDriver.all)
    func catalogueIsSortedByName(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(
            Sample.catalogue(
                Sample.instance(1, name: "b"), Sample.instance(3, name: "a"), Sample.instance(2, name: "a")))
        #expect(try await store.catalogue().instances.map(\.id) == [Sample.id(102), Sample.id(103), Sample.id(101)])
    }
}

@Suite("Passwords")
struct PasswordTests {
    @Test(arguments: CatalogueDriver.all)
    func firstPasswordIsKept(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1)
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.setPassword("encrypted", of: instance.id) == .stored)
        #expect(try await store.instance(instance.id)?.password == "encrypted")
        #expect(try await store.setPassword("other", of: instance.id) == .conflict)
        #expect(try await store.instance(instance.id)?.password == "encrypted")
        #expect(try await store.setPassword("x", of: Sample.id(9)) == .noSuchInstance)
    }

    @Test(arguments: CatalogueDriver.all)
    func emptyPasswordLeavesItOpen(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1)
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.setPassword("", of: instance.id) == .stored)
        #expect(try await store.setPassword("encrypted", of: instance.id) == .stored)
    }

    @Test(arguments: CatalogueDriver.all)
    func postedPasswordOutlivesImports(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1)
        _ = try await store.apply(Sample.catalogue(instance))
        _ = try await store.setPassword("encrypted", of: instance.id)
        #expect(try await store.apply(Sample.catalogue(instance)) == AppliedChanges(unchanged: 6))
        instance.name = "renamed"
        instance.password = "from the file"
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.instance(instance.id)?.password == "encrypted")
    }

    @Test(arguments: CatalogueDriver.all)
    func importBringsPassword(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1)
        instance.password = "from the file"
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.setPassword("other", of: instance.id) == .conflict)
        #expect(try await store.instance(instance.id)?.password == "from the file")
    }
}

extension PortKey {
    static func blue(_ address: String) -> PortKey {
        PortKey(scope: .network(Sample.blue.id), address: Sample.address(address))
    }
}
