import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import OpenStackAPI

/// One token for all, over real connections to a stub of Keystone.
@Suite(.timeLimit(.minutes(1)))
struct KeystoneTests {
    private func withKeystone<Result: Sendable>(
        _ behaviour: StubCloud.Behaviour = .init(), timeout: Double = 5,
        _ body: (Keystone, StubCloud) async throws -> Result
    ) async throws -> Result {
        let cloud = try await StubCloud(behaviour) { _ in .hangUp }
        let keystone = try cloud.keystone(timeout: timeout)
        return try await ending({
            try await keystone.shutdown()
            try await cloud.close()
        }) { try await body(keystone, cloud) }
    }

    /// A Keystone that answers everything with `answer`, and what asking it for a token fails with.
    private func failure(_ answer: StubAnswer, timeout: Double = 5) async throws -> OpenStackAPIError {
        let server = try await StubServer { _ in answer }
        let user = KeystoneCredentials.Subject(name: "nova", domain: .init(name: "Default"))
        let keystone = try Keystone(
            credentials: KeystoneCredentials(
                authURL: "http://admin:hidden@127.0.0.1:\(server.port)",
                method: .password(user: user, password: "s3cret"), scope: .none),
            timeout: timeout, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        return try await ending({
            try await keystone.shutdown()
            try await server.close()
        }) { try #require(await TestSupport.failure { try await keystone.token() }) }
    }

    @Test func callersShareOneRequest() async throws {
        try await withKeystone(.init(delay: .milliseconds(100))) { keystone, cloud in
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await keystone.token() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens == ["token-1"])
            #expect(try await keystone.token() == "token-1")
            #expect(cloud.tokenRequests.count == 1)
        }
    }

    @Test func oneWhoGivesUpDoesSoAtOnceAndLeavesTheTokenToTheOthers() async throws {
        try await withKeystone(.init(delay: .seconds(2))) { keystone, cloud in
            let first = Task { try await keystone.token() }
            let second = Task { try await keystone.token() }
            while cloud.tokenRequests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(try await second.value == "token-1")
            #expect(cloud.tokenRequests.count == 1)
        }
    }

    @Test func aTokenIsRenewedBeforeItEnds() async throws {
        try await withKeystone(.init(lifetime: 20)) { keystone, _ in
            let tokens = [try await keystone.token(), try await keystone.token()]
            #expect(tokens == ["token-1", "token-2"])
        }
    }

    @Test func theCatalogueComesWithTheToken() async throws {
        try await withKeystone { keystone, cloud in
            let address = try await keystone.address(of: EndpointSelector(serviceType: "network"))
            #expect(address == "\(cloud.url)/networking")
            _ = try await keystone.token()
            #expect(cloud.tokenRequests.count == 1)
        }
    }

    @Test func aTokenThatIsForgottenIsReplacedOnce() async throws {
        try await withKeystone { keystone, cloud in
            _ = try await keystone.token()
            await keystone.forget("token-1")
            #expect(try await keystone.token() == "token-2")
            await keystone.forget("token-1")
            #expect(try await keystone.token() == "token-2")
            #expect(cloud.tokenRequests.count == 2)
        }
    }

    @Test(arguments: [StubAnswer.hang, .trickle])
    func aKeystoneThatDoesNotAnswerIsGivenUp(_ answer: StubAnswer) async throws {
        let error = try await failure(answer, timeout: 2)
        #expect(error.kind == .timedOut)
    }

    @Test func whatKeystoneRefusesIsToldWithoutSecrets() async throws {
        let error = try await failure(
            .reply(.unauthorized, headers: [:], body: #"{"error": {"message": "Wrong\npassword", "code": 401}}"#))
        #expect(error.kind == .refused(status: 401, fault: nil))
        #expect(error.description.contains("401 Unauthorized (“Wrong password”)"), "\(error)")
        #expect(error.description.contains("check user, password, project"), "\(error)")
        #expect(!error.description.contains("s3cret") && !error.description.contains("hidden"), "\(error)")
    }

    @Test func aPasswordDoesNotFollowARedirect() async throws {
        let other = try await StubServer { _ in .hangUp }
        let location = "http://me:hidden@127.0.0.1:\(other.port)/v3/auth/tokens"
        let error = try await failure(.reply(.temporaryRedirect, headers: ["Location": location], body: ""))
        #expect(error.description.contains("307"), "\(error)")
        #expect(error.description.contains("to http://127.0.0.1:\(other.port)/v3"), "\(error)")
        #expect(other.requests.isEmpty)
        try await other.close()
    }

    @Test(arguments: [
        StubAnswer.reply(.ok, headers: [:], body: "{}"),
        .reply(.ok, headers: ["X-Subject-Token": "t"], body: "<html>"),
        .reply(.ok, headers: ["X-Subject-Token": "t"], body: #"{"token": {"expires_at": "soon"}}"#),
    ])
    func whatIsNoTokenIsToldAsSuch(_ answer: StubAnswer) async throws {
        let error = try await failure(answer)
        #expect(error.kind == .unreadable)
        #expect(error.description.contains("auth_url"), "\(error)")
    }
}
