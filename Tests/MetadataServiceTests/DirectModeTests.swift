import Foundation
import Identification
import InstanceModel
import InstanceStore
import MetadataService
import Testing

/// Contract nova.md §2.2: signed headers.
@Suite struct DirectModeTests {
    @Test func answersASignedRequest() async throws {
        try await ServiceFixture.run { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            let answer = try await service.ask("/latest/meta-data/hostname", headers: ServiceFixture.signed(instance))
            #expect(answer.status == 200)
            #expect(answer.body == "test1.novalocal")
            #expect(answer.headers == ["Content-Length": "15", "Content-Type": "text/plain; charset=UTF-8"])
        }
    }

    @Test func rootNeedsNoHeaders() async throws {
        try await ServiceFixture.run { service in
            let answer = try await service.ask("/")
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix("1.0\n2007-01-19\n"))
            #expect(answer.body.utf8.count == 98)
        }
    }

    @Test func refusesInTheContractsOrder() async throws {
        try await ServiceFixture.run { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            var headers = ServiceFixture.signed(instance)
            #expect(try await service.ask("/latest").body.contains("X-Instance-ID header is missing from request."))
            #expect(try await service.ask("/nothing", headers: Array(headers[..<1])).status == 400)
            headers[1].1 = "other"
            #expect(try await service.ask("/latest", headers: headers).status == 404)
            #expect(
                try await service.ask("/nothing", headers: ServiceFixture.signed(instance, secret: "wrong")).status
                    == 403)
            #expect(try await service.ask("/latest", headers: ServiceFixture.signed(Sample.instance(2))).status == 404)
        }
    }

    /// The tenant is compared on a warm request as well as on a cold one.
    @Test func aWrongTenantIsRefusedAlsoWhenWarm() async throws {
        try await ServiceFixture.run { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            #expect(try await service.ask("/latest", headers: ServiceFixture.signed(instance)).status == 200)
            var headers = ServiceFixture.signed(instance)
            headers[1].1 = "DEMO"
            #expect(try await service.ask("/latest", headers: headers).status == 404)
        }
    }

    @Test func bothSecretsAreAcceptedWhileOneReplacesTheOther() async throws {
        let secrets = SharedSecrets(current: "new", alsoAccepted: ["old"])
        try await ServiceFixture.run(identify: .proxyHeaders(secrets, signatureRequired: true)) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            for (secret, status) in [("new", 200), ("old", 200), ("older", 403)] {
                let headers = ServiceFixture.signed(instance, secret: secret)
                #expect(try await service.ask("/latest", headers: headers).status == status)
            }
        }
    }

    /// Contract nova.md §1.2: Nova's CORS layer hides every error of OPTIONS.
    @Test func optionsNeverShowsAnError() async throws {
        try await ServiceFixture.run { service in
            let answer = try await service.ask("/latest", method: "OPTIONS")
            #expect(answer.status == 200)
            #expect(answer.headers == ["Content-Length": "0"])
        }
    }

    @Test func localIPv4FallsBackToTheRequester() async throws {
        try await ServiceFixture.run { service in
            let instance = Sample.instance(address: nil)
            _ = try await service.store.apply(Sample.catalogue(instance))
            for _ in 0..<2 {
                let answer = try await service.ask(
                    "/latest/meta-data/local-ipv4", headers: ServiceFixture.signed(instance))
                #expect(answer.body == "10.0.0.5")
            }
        }
    }
}
