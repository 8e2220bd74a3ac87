import InstanceModel
import InstanceStore
import Testing

@Suite("Addresses")
struct AddressTests {
    private let first = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5", "2001:db8::5")])
    private let second = Sample.instance(2, ports: [Sample.port(2, on: Sample.green, "10.0.0.5")])

    @Test(arguments: CatalogueDriver.all)
    func scopeTellsEqualAddressesApart(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(first, second))
        func found(_ scope: Scope, _ address: String = "10.0.0.5") async throws -> [InstanceID] {
            try await store.instances(at: .port(PortKey(scope: scope, address: Sample.address(address))))
        }
        #expect(try await found(.network(Sample.blue.id)) == [first.id])
        #expect(try await found(.network(Sample.blue.id), "2001:db8::5") == [first.id])
        #expect(try await found(.network(Sample.green.id)) == [second.id])
        #expect(try await found(.router(Sample.blueRouter.id)) == [first.id])
        #expect(try await found(.router(Sample.greenRouter.id)) == [second.id])
        #expect(try await found(.network(Sample.island.id)) == [])
        #expect(try await found(.router(Sample.id(99))) == [])
        #expect(try await store.instances(at: .address(Sample.address("10.0.0.5"))) == [first.id, second.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func routerCoversAllItsNetworks(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let router = Router(id: Sample.id(13), name: "both", networks: [Sample.blue.id, Sample.green.id])
        var catalogue = Sample.catalogue(first, second)
        catalogue.routers.append(router)
        _ = try await store.apply(catalogue)
        let key = PortKey(scope: .router(router.id), address: Sample.address("10.0.0.5"))
        #expect(try await store.instances(at: .port(key)) == [first.id, second.id])
        catalogue.routers[2].networks = [Sample.green.id]
        _ = try await store.apply(catalogue)
        #expect(try await store.instances(at: .port(key)) == [second.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func linkLocalAddressFollowsFromMAC(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let port = Sample.port(1, on: Sample.blue, mac: 0xFA16_3E9C_BF3D)
        _ = try await store.apply(Sample.catalogue(Sample.instance(1, ports: [port])))
        #expect(try await store.instances(at: .port(.blue("fe80::f816:3eff:fe9c:bf3d"))) == [Sample.id(101)])
    }

    @Test(arguments: CatalogueDriver.all)
    func addressOfAnotherInstanceIsRefused(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(first))
        let rival = Sample.instance(7, name: "rival", ports: [Sample.port(7, on: Sample.blue, "10.0.0.5")])
        let error = await #expect(throws: StoreError.self) {
            try await store.apply(Catalogue(instances: [Sample.instance(8), rival]))
        }
        #expect(error?.kind == .refused)
        #expect(
            error?.message == "nothing was stored: address 10.0.0.5 on network “blue” would belong to two instances, "
                + "“web-1” (\(first.id)) and “rival” (\(rival.id)); give one of them another")
        #expect(try await store.catalogue().instances.map(\.id) == [first.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func equalMACAddressesOnOneNetworkAreRefused(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let rivals = [1, 2].map { number in
            Sample.instance(number, ports: [Sample.port(number, on: Sample.blue, mac: 0xFA16_3E00_0001)])
        }
        await #expect(throws: StoreError.self) { try await store.apply(Sample.catalogue(rivals[0], rivals[1])) }
    }

    @Test(arguments: CatalogueDriver.all)
    func everyConflictIsNamed(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        _ = try await store.apply(Sample.catalogue(first, second))
        let error = await #expect(throws: StoreError.self) {
            try await store.apply(
                Catalogue(instances: [
                    Sample.instance(7, ports: [Sample.port(7, on: Sample.blue, "10.0.0.5")]),
                    Sample.instance(8, ports: [Sample.port(8, on: Sample.green, "10.0.0.5")]),
                ]))
        }
        #expect(error?.message.contains("web-7") == true && error?.message.contains("web-8") == true)
    }

    @Test(arguments: CatalogueDriver.all)
    func instancesMaySwapAddresses(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        func pair(_ a: String, _ b: String) -> Catalogue {
            Sample.catalogue(
                Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, a)]),
                Sample.instance(2, ports: [Sample.port(2, on: Sample.blue, b)]))
        }
        _ = try await store.apply(pair("10.0.0.5", "10.0.0.6"))
        #expect(try await store.apply(pair("10.0.0.6", "10.0.0.5")).updated == 2)
        #expect(try await store.instances(at: .port(.blue("10.0.0.5"))) == [Sample.id(102)])
    }
}

@Suite("Networks")
struct NetworkTests {
    @Test(arguments: CatalogueDriver.all)
    func changedNetworkIsCarriedIntoItsPorts(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5", "2001:db8::5")])
        let other = Sample.instance(2, ports: [Sample.port(2, on: Sample.green, "10.0.0.5")])
        _ = try await store.apply(Sample.catalogue(instance, other))
        let before = try await store.changes(since: nil).revision
        var blue = Sample.blue
        blue.mtu = 9000
        blue.subnets[0].dns = ["10.0.0.2"]
        #expect(try await store.apply(Catalogue(networks: [blue])) == AppliedChanges(updated: 1))
        let network = try await store.instance(instance.id)?.ports[0].network
        #expect(network?.mtu == 9000)
        #expect(network?.subnets.map(\.subnet.dns) == [["10.0.0.2"], []])
        #expect(try await store.changes(since: before).instances == [instance.id])
    }

    @Test(arguments: CatalogueDriver.all)
    func subnetInUseCannotBeTakenAway(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        _ = try await store.apply(Sample.catalogue(instance))
        var blue = Sample.blue
        blue.subnets.removeFirst()
        let error = await #expect(throws: StoreError.self) { try await store.apply(Catalogue(networks: [blue])) }
        #expect(error?.message.contains("network “blue” has no subnet for its address 10.0.0.5") == true)
        #expect(try await store.topology() == Sample.topology)
    }

    @Test(arguments: CatalogueDriver.all)
    func unknownNetworkIsRefused(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [instance])) }
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(routers: [Sample.blueRouter])) }
        #expect(try await store.catalogue() == Catalogue())
    }

    @Test(arguments: CatalogueDriver.all)
    func serviceProviderNamesNetworks(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        let instance = Sample.instance(1, ports: [Sample.port(1, on: Sample.blue, "10.0.0.5")])
        _ = try await store.apply(Sample.catalogue(instance))
        let owner = PortOwner(instance: instance.id)
        #expect(try await store.owners(at: .provider("lb-1", address: "10.0.0.5")) == [owner])
        #expect(try await store.owners(at: .provider("lb-1", address: "10.0.0.6")) == [])
        #expect(try await store.owners(at: .provider("lb-1", address: "no address")) == [])
        #expect(try await store.owners(at: .provider("", address: "10.0.0.5")) == nil)
        #expect(try await store.owners(at: .provider("lb-2", address: "10.0.0.5")) == nil)
    }
}
