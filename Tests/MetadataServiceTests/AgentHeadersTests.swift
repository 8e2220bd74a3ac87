import Foundation
import Identification
import InstanceModel
import InstanceStore
import MetadataService
import Testing

/// What Neutron's haproxies send to the agent's socket (contract neutron.md §2, §3.2, §8.5 test 5).
@Suite(.timeLimit(.minutes(1))) struct AgentHeadersTests {
    private static let network = "\(Sample.network.id)"
    private static let other = "33333333-3333-3333-3333-333333333333"
    private static let router = Router(
        id: RouterID(high: 2, low: 1), name: "r", networks: [Sample.network.id])

    private func ask(_ headers: [(String, String)]) async throws -> ServiceFixture.Answered {
        var answered: ServiceFixture.Answered?
        try await ServiceFixture.run(identify: .agentHeaders) { service in
            var catalogue = Sample.catalogue(Sample.instance())
            catalogue.routers = [Self.router]
            _ = try await service.store.apply(catalogue)
            answered = try await service.ask("/latest/meta-data/hostname", headers: headers)
        }
        return try #require(answered)
    }

    /// What the haproxy adds comes last.
    private static let served: [[(String, String)]] = [
        [("X-Neutron-Network-ID", network), ("X-Forwarded-For", "10.0.0.5")],
        [("x-neutron-router-id", "\(router.id)"), ("x-forwarded-for", "10.0.0.5")],
        [("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.5")],
        [("X-NEUTRON-NETWORK-ID", network.uppercased()), ("X-FORWARDED-FOR", "::ffff:10.0.0.5")],
        // A guest's own addresses.
        [("X-Forwarded-For", "10.0.0.9"), ("x-neutron-router-id", "\(router.id)"), ("x-forwarded-for", "10.0.0.5")],
        [("X-Forwarded-For", "junk, , 10.0.0.9"), ("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.5")],
        [("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.9,  10.0.0.5")],
        [("X_Forwarded_For", "10.0.0.9"), ("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.5")],
        // A guest's own scopes.
        [("X-OVN-Network-ID", other), ("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.5")],
        [("x-ovn-network-id", "\(other), \(network)"), ("x-forwarded-for", "10.0.0.5")],
        [("X-Neutron-Router-ID", other), ("x-ovn-network-id", network), ("x-forwarded-for", "10.0.0.5")],
        [
            ("X-Neutron-Router-ID", other), ("X-Neutron-Network-ID", other), ("x-ovn-network-id", network),
            ("x-forwarded-for", "10.0.0.5"),
        ],
        [("X-OVN-Network-ID", other), ("x-neutron-router-id", "\(router.id)"), ("x-forwarded-for", "10.0.0.5")],
        [("X_Neutron_Network_ID", other), ("x-neutron-router-id", "\(router.id)"), ("x-forwarded-for", "10.0.0.5")],
        // A guest's own identity.
        [
            ("X-Instance-ID", other), ("X-Tenant-ID", "t"), ("x-ovn-network-id", network),
            ("x-forwarded-for", "10.0.0.5"),
        ],
    ]

    @Test(arguments: served.indices)
    func theHaproxysOwnWordCounts(_ index: Int) async throws {
        let answer = try await ask(Self.served[index])
        #expect(answer.status == 200 && answer.body == "test1.novalocal")
    }

    @Test func twoScopesAreRefused() async throws {
        for names in [
            ["X-Neutron-Network-ID", "X-Neutron-Router-ID"], ["x-neutron-router-id", "x-neutron-network-id"],
        ] {
            let answer = try await ask(
                names.map { ($0, $0.lowercased().contains("network") ? "n-1" : "r-1") }
                    + [("X-Forwarded-For", "10.0.0.5")])
            #expect(answer.status == 400)
            #expect(answer.body.contains("Both network n-1 and router r-1 defined."))
        }
    }

    @Test func whatSaysTooLittleIsRefused() async throws {
        #expect(try await ask([("X-Forwarded-For", "10.0.0.5")]).status == 400)
        #expect(try await ask([("X-Neutron-Network-ID", Self.network)]).status == 400)
        #expect(try await ask([("X-OVN-Network-ID", Self.network), ("X-Forwarded-For", "junk")]).status == 400)
    }

    @Test(arguments: [
        [("X-OVN-Network-ID", other), ("X-Forwarded-For", "10.0.0.5")],
        [("X-OVN-Network-ID", "junk"), ("X-Forwarded-For", "10.0.0.5")],
        [("X-OVN-Network-ID", network), ("X-Forwarded-For", "10.0.0.9")],
    ])
    func whomNobodyKnowsIsNotFound(_ headers: [(String, String)]) async throws {
        #expect(try await ask(headers).status == 404)
    }
}
