import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPWire

/// Several upstream services, some of which are down.
@Suite(.timeLimit(.minutes(1))) struct UpstreamFailoverTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    /// Nobody listens there. Not an ephemeral port that was just let go: another test may have it by now.
    private static let dead = UpstreamEndpoint(.tcp(host: "127.0.0.1", port: 1))

    private static var quick: UpstreamLimits {
        var limits = UpstreamLimits()
        limits.recoveryInterval = .milliseconds(20)
        limits.healthInterval = .milliseconds(40)
        limits.healthTimeout = .milliseconds(500)
        limits.sweepInterval = .milliseconds(10)
        return limits
    }

    private func endpoint(_ stub: StubUpstream, on group: any EventLoopGroup) async throws -> UpstreamEndpoint {
        let (address, _) = try await stub.start(on: group)
        return UpstreamEndpoint(.tcp(host: address.host, port: address.port))
    }

    /// Until it is so, or for ten seconds.
    private func eventually(_ condition: () async -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if await condition() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    @Test func servicesThatAreUpTakeTurns() async throws {
        try await withEventLoops { group in
            let stubs = [StubUpstream { _ in .reply(Self.ok) }, StubUpstream { _ in .reply(Self.ok) }]
            let endpoints = [try await endpoint(stubs[0], on: group), try await endpoint(stubs[1], on: group)]
            let pool = UpstreamPool(endpoints, group: group)
            for _ in 0..<6 { _ = try await pool.ask(on: group.any()) }
            for (stub, endpoint) in zip(stubs, endpoints) {
                #expect(stub.received.count == 3)
                #expect(stub.received.allSatisfy { $0.text.contains("Host: \(endpoint.address)\r\n") })
            }
        }
    }

    @Test(arguments: ["GET", "POST"])
    func theNextServiceIsAskedWhenOneCannotBeReached(_ method: String) async throws {
        try await withEventLoops { group in
            let turns = Mutex<[String]>([])
            let stub = StubUpstream { _ in .reply(Self.ok) }
            let alive = try await endpoint(stub, on: group)
            let pool = UpstreamPool([Self.dead, alive], group: group) { endpoint, reason in
                turns.withLock { $0.append("\(endpoint) \(reason == nil ? "up" : "down")") }
            }
            for _ in 0..<4 {
                let response = try await pool.ask(on: group.any(), method, body: "text")
                #expect(response.status == .ok)
            }
            #expect(stub.received.count == 4)
            let host = "Host: \(alive.address)\r\n"
            #expect(stub.received.allSatisfy { $0.text.contains(host) && $0.text.hasSuffix("text") })
            // Down once, and not asked again.
            #expect(turns.withLock { $0 } == ["http://127.0.0.1:1 down"])
        }
    }

    @Test func aConnectionThatEndsUnansweredSendsOnWhatMayBeRepeated() async throws {
        try await withEventLoops { group in
            let closing = StubUpstream { _ in .close }
            let stub = StubUpstream { _ in .reply(Self.ok) }
            let endpoints = [try await endpoint(closing, on: group), try await endpoint(stub, on: group)]
            let first = UpstreamPool(endpoints, group: group)
            let response = try await first.ask(on: group.any(), "PUT")
            #expect(response.status == .ok && closing.received.count == 1)
            let second = UpstreamPool(endpoints, group: group)
            await #expect(throws: UpstreamError.self) { try await second.ask(on: group.any(), "POST") }
            #expect(stub.received.count == 1)
        }
    }

    @Test func whenAllAreDownThatIsSaidAtOnce() async throws {
        try await withEventLoops { group in
            let pool = UpstreamPool([Self.dead, UpstreamEndpoint(.tcp(host: "127.0.0.1", port: 2))], group: group)
            for _ in 0..<2 {
                let error = await #expect(throws: UpstreamError.self) { try await pool.ask(on: group.any()) }
                guard case .unreachable = error else { return #expect(Bool(false), "\(String(describing: error))") }
            }
        }
    }

    @Test func whenAllAreDownOneRequestStillTries() async throws {
        try await withEventLoops { group in
            let (address, channel) = try await StubUpstream { _ in .silence }.start(on: group)
            try await channel.close()
            let pool = UpstreamPool(
                [UpstreamEndpoint(.tcp(host: address.host, port: address.port)), Self.dead], group: group)
            for _ in 0..<2 {
                await #expect(throws: UpstreamError.self) { try await pool.ask(on: group.any()) }
            }
            _ = try await StubUpstream { _ in .reply(Self.ok) }.start(on: group, port: address.port)
            #expect(try await pool.ask(on: group.any()).status == .ok)
        }
    }

    @Test func aServiceIsUsedAgainWhenItAnswersAgain() async throws {
        try await withEventLoops { group in
            // A port of ours, with nobody behind it for now.
            let (address, channel) = try await StubUpstream { _ in .silence }.start(on: group)
            try await channel.close()
            let endpoint = UpstreamEndpoint(.tcp(host: address.host, port: address.port))
            let pool = UpstreamPool([endpoint], group: group, limits: Self.quick)
            let following = Task { await pool.follow() }
            await #expect(throws: UpstreamError.self) { try await pool.ask(on: group.any()) }
            _ = try await StubUpstream { _ in .reply(Self.ok) }.start(on: group, port: address.port)
            #expect(try await eventually { (try? await pool.ask(on: group.any()))?.status == .ok })
            following.cancel()
            await following.value
        }
    }

    @Test func aServiceThatAnswersWithErrorsOrNotAtAllIsLeftOut() async throws {
        try await withEventLoops { group in
            let failing = StubUpstream { _ in .reply("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n") }
            let silent = StubUpstream { _ in .silence }
            let stub = StubUpstream { _ in .reply("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") }
            var endpoints: [UpstreamEndpoint] = []
            for stub in [failing, silent, stub] { endpoints.append(try await endpoint(stub, on: group)) }
            let down = Mutex<Set<String>>([])
            let pool = UpstreamPool(endpoints, group: group, limits: Self.quick) { endpoint, reason in
                down.withLock { down in
                    if reason != nil { down.insert("\(endpoint)") } else { down.remove("\(endpoint)") }
                }
            }
            let following = Task { await pool.follow() }
            #expect(try await eventually { down.withLock { $0.count } == 2 })
            for _ in 0..<4 {
                let response = try await pool.ask(on: group.any(), "GET", "/mine")
                #expect(response.status.code == 404)
            }
            #expect(stub.received.filter { $0.text.hasPrefix("GET /mine ") }.count == 4)
            following.cancel()
            await following.value
        }
    }
}
