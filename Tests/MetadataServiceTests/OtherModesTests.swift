import Identification
import InstanceModel
import InstanceStore
import MetadataService
import Testing

/// Contract nova.md §2.3: a load balancer names its provider id and the guest's address.
@Suite struct ProviderModeTests {
    private func headers(
        _ provider: String = "edge-1", address: String? = "10.0.0.5", secret: String = ServiceFixture.secret
    ) -> [(String, String)] {
        [
            ("X-Metadata-Provider", provider),
            ("X-Metadata-Provider-Signature", SharedSecrets(current: secret).signature(of: provider)),
        ]
            + (address.map { [("X-Forwarded-For", $0)] } ?? [])
    }

    @Test func findsTheOnePort() async throws {
        try await ServiceFixture.run { service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            let answer = try await service.ask(
                "/latest/meta-data/hostname", headers: headers(address: "10.0.0.5, 192.0.2.1"))
            #expect(answer.body == "test1.novalocal")
        }
    }

    @Test func refusesAsNovaDoes() async throws {
        try await ServiceFixture.run { service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            let noAddress = try await service.ask("/latest", headers: headers(address: nil))
            #expect(noAddress.status == 400 && noAddress.body.contains("X-Forwarded-For is missing from request."))
            #expect(try await service.ask("/latest", headers: headers(secret: "wrong")).status == 403)
            let unknown = try await service.ask("/latest", headers: headers("edge-2"))
            #expect(unknown.status == 400 && unknown.body.contains("Could not find any subnets for provider edge-2"))
            let none = try await service.ask("/latest", headers: headers(address: "10.0.0.9"))
            #expect(none.status == 400)
            #expect(none.body.contains("Expected a single port matching provider edge-1 and IP 10.0.0.9. Found 0."))
        }
    }

    @Test func withoutASecretSignaturesAreNotAsked() async throws {
        let identify = Identify.proxyHeaders(SharedSecrets(current: ""), signatureRequired: false)
        try await ServiceFixture.run(identify: identify) { service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            let answer = try await service.ask(
                "/latest", headers: [("X-Metadata-Provider", "edge-1"), ("X-Forwarded-For", "10.0.0.5")])
            #expect(answer.status == 200)
        }
    }
}

/// Contract nova.md §2.4: the caller's address alone.
@Suite struct AddressModeTests {
    @Test func knowsTheCallerByItsAddress() async throws {
        try await ServiceFixture.run(identify: .peerAddress(parsesForwarded: true)) { service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            let forwarded = try await service.ask(
                "/latest/meta-data/hostname", headers: [("X-Forwarded-For", "10.0.0.5")])
            #expect(forwarded.body == "test1.novalocal")
            let element = try await service.ask(
                "/latest", headers: [("Forwarded", "proto=http;for=10.0.0.5, for=10.0.0.9"), ("X-Forwarded-For", "x")])
            #expect(element.status == 200)
            // Our own loopback address belongs to no port.
            #expect(try await service.ask("/latest").status == 404)
        }
    }

    @Test func believesNoHeaderUnlessTold() async throws {
        try await ServiceFixture.run(identify: .peerAddress(parsesForwarded: false)) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            #expect(try await service.ask("/latest", headers: ServiceFixture.signed(instance)).status == 404)
        }
    }

    @Test func twoInstancesWithOneAddressCannotBeToldApart() async throws {
        try await ServiceFixture.run(identify: .peerAddress(parsesForwarded: true)) { service in
            let other = Network(
                id: NetworkID(high: 1, low: 2), name: "green", subnets: [Subnet(cidr: "10.0.0.0/24")])
            var second = Sample.instance(2)
            second.ports[0].network = PortNetwork(other, fixedIPs: [FixedIP(address: "10.0.0.5")])
            _ = try await service.store.apply(
                Catalogue(networks: [Sample.network, other], instances: [Sample.instance(), second]))
            #expect(try await service.ask("/latest", headers: [("X-Forwarded-For", "10.0.0.5")]).status == 500)
        }
    }
}
