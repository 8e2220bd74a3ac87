import Foundation
import Identification
import InstanceModel
import InstanceStore
import MetadataService
import Testing

/// Forwarding to another Nova-compatible service: here a second one of our own, which checks the signature for real.
@Suite struct UpstreamTests {
    @Test func forwardsSignedAndPassesEverythingBack() async throws {
        var instance = Sample.instance()
        instance.userData = (0...255).map { UInt8($0) }
        try await ServiceFixture.run { upstream in
            _ = try await upstream.store.apply(Sample.catalogue(instance))
            try await ServiceFixture.run(
                identify: .peerAddress(parsesForwarded: true), upstream: upstream.port
            ) { proxy in
                _ = try await proxy.store.apply(Sample.catalogue(Sample.instance()))
                let guest = [("X-Forwarded-For", "10.0.0.5"), ("X-Instance-ID", "forged"), ("X-Tenant-ID", "forged")]
                let name = try await proxy.ask("/latest/meta-data/hostname", headers: guest)
                #expect(name.status == 200 && name.body == "test1.novalocal")
                #expect(try await proxy.ask("/latest/user-data", headers: guest).headers["Content-Length"] == "256")
                #expect(try await proxy.ask("/latest/nothing", headers: guest).status == 404)
                let path = "/openstack/latest/password"
                #expect(try await proxy.ask(path, method: "POST", headers: guest, body: Array("pw".utf8)).status == 200)
                #expect(try await proxy.ask(path, headers: guest).body == "pw")
            }
        }
    }

    @Test func aDeadUpstreamIsA503ThatSaysWhenToTryAgain() async throws {
        try await ServiceFixture.run(identify: .peerAddress(parsesForwarded: true), upstream: 1) { proxy in
            _ = try await proxy.store.apply(Sample.catalogue(Sample.instance()))
            let answer = try await proxy.ask("/latest", headers: [("X-Forwarded-For", "10.0.0.5")])
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] == "1")
        }
    }
}
