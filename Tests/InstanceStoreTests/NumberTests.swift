import InstanceModel
import InstanceStore
import Testing

@Suite("EC2 numbers")
struct NumberTests {
    @Test(arguments: CatalogueDriver.all)
    func openNumbersAreCountedAroundGivenOnes(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var given = Sample.instance(3)
        given.ec2Number = 2
        _ = try await store.apply(Sample.catalogue(Sample.instance(1), Sample.instance(2), given))
        #expect(try await store.catalogue().instances.map(\.ec2Number) == [1, 3, 2])
    }

    @Test(arguments: CatalogueDriver.all)
    func numberIsKeptOverImportAndDeletion(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var instance = Sample.instance(1)
        instance.ec2Number = 10
        _ = try await store.apply(Sample.catalogue(instance))
        instance.ec2Number = 0
        #expect(try await store.apply(Sample.catalogue(instance)).unchanged == 6)
        _ = try await store.delete(instance.id)
        _ = try await store.apply(Sample.catalogue(Sample.instance(2)))
        #expect(try await store.instance(Sample.id(102))?.ec2Number == 11)
        _ = try await store.apply(Sample.catalogue(instance))
        #expect(try await store.instance(instance.id)?.ec2Number == 10)
    }

    @Test(arguments: CatalogueDriver.all)
    func takenOrChangedNumberIsRefused(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var first = Sample.instance(1)
        first.ec2Number = 10
        var second = Sample.instance(2)
        second.ec2Number = 10
        _ = try await store.apply(Sample.catalogue(first))
        let taken = await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [second])) }
        #expect(taken?.message.contains("“web-2”") == true && taken?.message.contains("\(first.id)") == true)
        first.ec2Number = 11
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [first])) }
        first.ec2Number = .max
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [first])) }
    }

    @Test(arguments: CatalogueDriver.all)
    func imagesKernelsAndRamdisksShareNumbers(_ driver: CatalogueDriver) async throws {
        let store = try driver.makeStore()
        var first = Sample.instance(1)
        first.image = BootImage(id: "image", ec2Number: 0)
        first.kernel = BootImage(id: "kernel", ec2Number: 1)
        first.ramdisk = BootImage(id: "image", ec2Number: 0)
        var second = Sample.instance(2)
        second.image = BootImage(id: "kernel", ec2Number: 0)
        _ = try await store.apply(Sample.catalogue(first, second))
        let stored = try await store.instance(first.id)
        #expect(stored?.image?.ec2Number == 2 && stored?.kernel?.ec2Number == 1 && stored?.ramdisk?.ec2Number == 2)
        #expect(try await store.instance(second.id)?.image?.ec2Number == 1)
        second.image = BootImage(id: "other", ec2Number: 2)
        await #expect(throws: StoreError.self) { try await store.apply(Catalogue(instances: [second])) }
    }
}
