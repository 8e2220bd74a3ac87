import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import OpenStackAPI

/// Neutron by way of Keystone: where it is and with which tokens it is asked.
@Suite(.timeLimit(.minutes(1)))
struct NeutronAccessTests {
    private static let noPorts = StubAnswer.json(#"{"ports": []}"#)

    private func withCloud<Result: Sendable>(
        _ behaviour: StubCloud.Behaviour = .init(), _ answer: StubAnswer = noPorts,
        _ body: (StubCloud) async throws -> Result
    ) async throws -> Result {
        let cloud = try await StubCloud(behaviour) { _ in answer }
        return try await ending({ try await cloud.close() }) { try await body(cloud) }
    }

    @Test(arguments: ["/networking", "/networking/", "/networking/v2.0", "/networking/v2.0/"])
    func theCataloguesAddressMayOrMayNotHaveTheVersion(_ path: String) async throws {
        try await withCloud(.init(endpointPath: path)) { cloud in
            _ = try await cloud.withNeutron { try await $0.ports(PortFilter()) }
            #expect(cloud.asked == ["/networking/v2.0/ports"])
            #expect(cloud.requests.first?.headers["X-Auth-Token"] == ["token-1"])
        }
    }

    @Test func anAddressOfItsOwnReplacesTheCatalogues() async throws {
        try await withCloud { cloud in
            _ = try await cloud.withNeutron(endpoint: .address("\(cloud.url)/own")) { try await $0.ports(PortFilter()) }
            #expect(cloud.asked == ["/own/v2.0/ports"])
            #expect(cloud.requests.first?.headers["X-Auth-Token"] == ["token-1"])
        }
    }

    @Test func aTokenThatIsRefusedIsReplacedOnce() async throws {
        try await withCloud(.init(revoked: 1)) { cloud in
            _ = try await cloud.withNeutron { try await $0.ports(PortFilter()) }
            #expect(cloud.requests.map { $0.headers["X-Auth-Token"] } == [["token-1"], ["token-2"]])
            #expect(cloud.tokenRequests.count == 2)
        }
    }

    @Test func twoRefusedTokensAreTheEnd() async throws {
        try await withCloud(.init(revoked: 99)) { cloud in
            let error = try await cloud.withNeutron { neutron in
                await failure { try await neutron.ports(PortFilter()) }
            }
            #expect(error?.kind == .refused(status: 401, fault: nil))
            #expect(error?.description.contains("auth_url") == true)
            #expect(cloud.requests.count == 2)
        }
    }

    @Test func theServiceUsersTokenGoesAlong() async throws {
        try await withCloud { cloud in
            _ = try await cloud.withNeutron(serviceUser: true) { try await $0.ports(PortFilter()) }
            let headers = try #require(cloud.requests.first?.headers)
            #expect(headers["X-Auth-Token"] == ["token-1"])
            #expect(headers["X-Service-Token"] == ["token-2"])
            #expect(cloud.tokenRequests.map { $0.body.contains(#""name":"service""#) }.contains(true))
        }
    }

    @Test func aCheckSaysWhereNeutronIs() async throws {
        try await withCloud { cloud in
            let text = try await cloud.withNeutron { try await $0.check() }
            #expect(text.contains("\(cloud.url)/networking/v2.0"), "\(text)")
            #expect(text.contains("“network” with interface internal or public"), "\(text)")
            #expect(cloud.asked == ["/networking/v2.0/ports?limit=1&fields=id"])
        }
    }

    @Test func aCheckFailsWhereSomethingElseAnswers() async throws {
        try await withCloud(.init(), .json(#"{"versions": []}"#)) { cloud in
            let error = try await cloud.withNeutron { neutron in await failure { try await neutron.check() } }
            #expect(error?.kind == .unreadable)
            #expect(error?.description.contains("no “ports”") == true, "\(String(describing: error))")
        }
    }
}
