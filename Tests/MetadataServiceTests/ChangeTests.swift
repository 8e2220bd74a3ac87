import InstanceModel
import InstanceStore
import MetadataService
import Testing

/// A change is seen by the next request, never later.
@Suite struct ChangeTests {
    @Test func theNextRequestSeesEveryKindOfChange() async throws {
        try await ServiceFixture.run { service in
            var instance = Sample.instance()
            let headers = ServiceFixture.signed(instance)
            #expect(try await service.ask("/latest/meta-data/hostname", headers: headers).status == 404)
            _ = try await service.store.apply(Sample.catalogue(instance))
            for round in 0..<50 {
                instance.hostname = "host\(round)"
                _ = try await service.store.apply(Sample.catalogue(instance))
                #expect(
                    try await service.ask("/latest/meta-data/hostname", headers: headers).body
                        == "host\(round).novalocal")
            }
            _ = try await service.store.delete(instance.id)
            #expect(try await service.ask("/latest/meta-data/hostname", headers: headers).status == 404)
        }
    }

    @Test func anAddressThatMovesLeadsToItsNewOwner() async throws {
        try await ServiceFixture.run(identify: .peerAddress(parsesForwarded: true)) { service in
            let first = Sample.instance(1, address: "10.0.0.5")
            _ = try await service.store.apply(Sample.catalogue(first))
            let headers = [("X-Forwarded-For", "10.0.0.5")]
            #expect(try await service.ask("/latest/meta-data/hostname", headers: headers).body == "test1.novalocal")
            _ = try await service.store.apply(
                Sample.catalogue(Sample.instance(1, address: "10.0.0.6"), Sample.instance(2, address: "10.0.0.5")))
            #expect(try await service.ask("/latest/meta-data/hostname", headers: headers).body == "test2.novalocal")
        }
    }
}

/// Contract nova.md §7.
@Suite struct PasswordTests {
    @Test func isSetOnceAndSeenAtOnce() async throws {
        try await ServiceFixture.run { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            let headers = ServiceFixture.signed(instance)
            let path = "/openstack/latest/password"
            #expect(try await service.ask(path, headers: headers).body == "")
            #expect(
                try await service.ask(path, method: "POST", headers: headers, body: Array(repeating: 65, count: 1021))
                    .status == 400)
            #expect(try await service.ask(path, method: "POST", headers: headers, body: [0xFF]).status == 400)
            #expect(try await service.ask(path, method: "PUT", headers: headers, body: [65]).status == 400)
            let stored = try await service.ask(path, method: "POST", headers: headers, body: Array("secret é".utf8))
            #expect(stored.status == 200 && stored.body.isEmpty)
            let read = try await service.ask(path, headers: headers)
            #expect(read.body == "secret é")
            #expect(read.headers["Content-Type"] == "text/html; charset=UTF-8")
            #expect(try await service.ask(path, method: "POST", headers: headers, body: [66]).status == 409)
            #expect(try await service.ask(path, method: "HEAD", headers: headers).status == 400)
            #expect(try await service.ask("/openstack/2012-08-10/password", headers: headers).status == 404)
        }
    }
}
