import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

import OpenStackAPI

/// A stub: Keystone, which issues `token-1`, `token-2` and so on, and a Neutron that wants the newest of them.
package final class StubCloud: Sendable {
    /// How a test wants Keystone to be.
    package struct Behaviour: Sendable {
        /// Seconds that tokens last.
        package var lifetime: Double
        /// Before a token is issued.
        package var delay: TimeAmount
        /// Under `/networking`, as the catalogue has it.
        package var endpointPath: String
        /// Requests with this many first tokens are refused, as if they had been revoked.
        package var revoked: Int

        package init(
            lifetime: Double = 3600, delay: TimeAmount = .zero, endpointPath: String = "/networking", revoked: Int = 0
        ) {
            self.lifetime = lifetime
            self.delay = delay
            self.endpointPath = endpointPath
            self.revoked = revoked
        }
    }

    private let state: State
    private let server: StubServer

    package var url: String { "http://127.0.0.1:\(server.port)" }
    package var tokenRequests: [StubRequest] { server.requests.filter { $0.path == Self.tokensPath } }
    /// What Neutron was asked.
    package var requests: [StubRequest] { server.requests.filter { $0.path != Self.tokensPath } }
    /// `path?query`, decoded, of what Neutron was asked.
    package var asked: [String] { requests.map { $0.uri.removingPercentEncoding ?? $0.uri } }

    /// - Parameter neutron: answers requests that carry a token that is good.
    package init(
        _ behaviour: Behaviour = Behaviour(), neutron: @escaping @Sendable (StubRequest) -> StubAnswer
    ) async throws {
        let state = State()
        self.state = state
        server = try await StubServer { request in
            guard request.path == Self.tokensPath else {
                return state.accepts(request, behaviour) ? neutron(request) : Self.unauthorized
            }
            return .after(behaviour.delay, state.token(for: request, behaviour))
        }
        state.port.withLock { $0 = server.port }
    }

    package func close() async throws {
        try await server.close()
    }

    package func keystone(timeout: Double = 5, user: String = "nova") throws -> Keystone {
        let subject = KeystoneCredentials.Subject(name: user, domain: .init(name: "Default"))
        return try Keystone(
            credentials: KeystoneCredentials(
                authURL: "\(url)/identity", method: .password(user: subject, password: "s3cret"),
                scope: .project(.init(name: "service", domain: .init(name: "Default")))),
            timeout: timeout, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
    }

    private static let tokensPath = "/identity/v3/auth/tokens"
    private static let unauthorized = StubAnswer.reply(
        .unauthorized, headers: ["Content-Type": "application/json"],
        body: #"{"error": {"code": 401, "message": "The request you have made requires authentication."}}"#)
}

private final class State: Sendable {
    let port = Mutex(0)
    private let issued = Mutex(0)

    func accepts(_ request: StubRequest, _ behaviour: StubCloud.Behaviour) -> Bool {
        guard let token = request.headers.first(name: "X-Auth-Token") else { return true }
        return (Int(token.dropFirst("token-".count)) ?? 0) > behaviour.revoked
    }

    func token(for request: StubRequest, _ behaviour: StubCloud.Behaviour) -> StubAnswer {
        let number = issued.withLock { number in
            number += 1
            return number
        }
        let base = "http://127.0.0.1:\(port.withLock { $0 })"
        let end = Date().addingTimeInterval(behaviour.lifetime).formatted(.iso8601)
        let body = """
            {"token": {"expires_at": "\(end)", "catalog": [
            {"type": "identity", "name": "keystone", "endpoints": []},
            {"type": "network", "name": "neutron", "id": "n", "endpoints": [
            {"interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": "\(base)/public", "id": "p"},
            {"interface": "internal", "region": "RegionOne", "region_id": "RegionOne", "id": "i",
             "url": "\(base)\(behaviour.endpointPath)"}]}]}}
            """
        return .reply(
            .created, headers: ["X-Subject-Token": "token-\(number)", "Content-Type": "application/json"], body: body)
    }
}

extension StubCloud {
    /// Gives `body` a Neutron that asks this cloud.
    package func withNeutron<Result: Sendable>(
        endpoint: ServiceEndpoint = .catalogue(EndpointSelector(serviceType: "network")), serviceUser: Bool = false,
        timeout: Double = 5, _ body: (Neutron) async throws -> Result
    ) async throws -> Result {
        let neutron = try Neutron(
            endpoint: endpoint, keystone: try keystone(timeout: timeout),
            serviceUser: serviceUser ? try keystone(user: "service") : nil, timeout: timeout, retries: 1,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        return try await ending({ try await neutron.shutdown() }) { try await body(neutron) }
    }
}

/// The result of `body`; `end` is done in any case.
package func ending<Result: Sendable>(
    _ end: () async throws -> Void, _ body: () async throws -> Result
) async throws -> Result {
    do {
        let result = try await body()
        try await end()
        return result
    } catch {
        try await end()
        throw error
    }
}

/// What `body` fails with.
package func failure(of body: () async throws -> some Sendable) async -> OpenStackAPIError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? OpenStackAPIError
    }
}
