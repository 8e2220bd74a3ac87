import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import OpenStackAPI

/// Requests to a service: headers, tokens, retries, limits; over real connections to a stub.
@Suite(.timeLimit(.minutes(1)))
struct OpenStackServiceTests {
    /// A service at an address of its own, without Keystone.
    private func withService<Result: Sendable>(
        _ address: String, timeout: Double = 5, retries: Int = 3, responseLimit: Int = 1000,
        _ body: (OpenStackService) async throws -> Result
    ) async throws -> Result {
        let service = try OpenStackService(
            name: "Neutron", endpoint: .address(address), version: "/v2.0", keystone: nil, timeout: timeout,
            retries: retries, responseLimit: responseLimit, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        return try await ending({ try await service.shutdown() }) { try await body(service) }
    }

    /// What asking a server that answers with `answer` fails with, and how often it was asked.
    private func failure(
        _ answer: StubAnswer, timeout: Double = 5, retries: Int = 3
    ) async throws -> (error: OpenStackAPIError, requests: Int) {
        let server = try await StubServer { _ in answer }
        let error = try await withService("http://127.0.0.1:\(server.port)", timeout: timeout, retries: retries) {
            service in
            await TestSupport.failure { try await service.get([String].self, "ports") }
        }
        try await server.close()
        return (try #require(error), server.requests.count)
    }

    @Test func aRequestSaysWhoAsksAndWhatFor() async throws {
        let server = try await StubServer { _ in .json("[]") }
        _ = try await withService("http://127.0.0.1:\(server.port)/net/") { service in
            try await service.get([String].self, "ports", query: [.init(name: "a:b", value: "c=d&e f")])
        }
        let request = try #require(server.requests.first)
        #expect(request.uri == "/net/v2.0/ports?a%3Ab=c%3Dd%26e%20f")
        #expect(request.headers["Accept"] == ["application/json"])
        #expect(request.headers["User-Agent"] == ["metapath"])
        #expect(request.headers["X-Auth-Token"] == [])
        let reference = try #require(request.headers.first(name: "X-OpenStack-Request-ID"))
        #expect(reference.hasPrefix("req-") && UUID(uuidString: String(reference.dropFirst(4))) != nil)
        try await server.close()
    }

    @Test func aConnectionThatEndsIsTriedAgainAsOftenAsConfigured() async throws {
        let (error, requests) = try await failure(.hangUp, retries: 2)
        #expect(error.kind == .unreachable)
        #expect(requests == 3)
        #expect(try await failure(.hangUp, retries: 0).requests == 1)
    }

    @Test func aRefusedConnectionIsToldWithItsAddressAndTheTries() async throws {
        let port = try await StubServer.unusedPort()
        let error = try await withService("http://me:hidden@127.0.0.1:\(port)", retries: 3) { service in
            await TestSupport.failure { try await service.get([String].self, "ports") }
        }
        let text = try #require(error).description
        #expect(error?.kind == .unreachable)
        #expect(text.contains("GET http://127.0.0.1:\(port)/v2.0/ports"), "\(text)")
        #expect(text.contains("4 tries") && text.contains("refused"), "\(text)")
        #expect(!text.contains("hidden"), "\(text)")
    }

    @Test func aServiceThatStartsMeanwhileIsReached() async throws {
        let port = try await StubServer.unusedPort()
        let names = try await withService("http://127.0.0.1:\(port)", retries: 20) { service in
            async let names = service.get([String].self, "ports")
            try await Task.sleep(for: .milliseconds(50))
            let server = try await Self.server(on: port)
            let found = try await names
            try await server.close()
            return found
        }
        #expect(names == ["up"])
    }

    /// A process that is being started elsewhere may hold a socket that was closed here for a moment longer.
    private static func server(on port: Int) async throws -> StubServer {
        for _ in 0..<100 {
            if let server = try? await StubServer(port: port, answer: { _ in .json(#"["up"]"#) }) { return server }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await StubServer(port: port) { _ in .json(#"["up"]"#) }
    }

    @Test func retriesBeginAtOnceAndAreSoonASecondApart() {
        #expect((1...8).map(HTTPSession.pause) == [0, 100, 200, 400, 800, 1000, 1000, 1000].map { .milliseconds($0) })
    }

    @Test(arguments: [StubAnswer.hang, .trickle])
    func aServiceThatDoesNotEndItsAnswerIsGivenUp(_ answer: StubAnswer) async throws {
        let (error, requests) = try await failure(answer, timeout: 2)
        #expect(error.kind == .timedOut)
        #expect(error.description.contains("within 2.0 s"), "\(error)")
        #expect(requests == 1)
    }

    @Test func manyRequestsWaitForEachOther() async throws {
        let server = try await StubServer { _ in .after(.milliseconds(20), .json("[]")) }
        try await withService("http://127.0.0.1:\(server.port)") { service in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { _ = try await service.get([String].self, "ports") } }
                try await group.waitForAll()
            }
        }
        #expect(server.requests.count == 100)
        try await server.close()
    }

    @Test func aCallerThatIsCancelledDoesNotWait() async throws {
        let server = try await StubServer { _ in .hang }
        try await withService("http://127.0.0.1:\(server.port)") { service in
            let call = Task { try await service.get([String].self, "ports") }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
        try await server.close()
    }

    @Test func anAnswerThatIsTooLongIsRefused() async throws {
        let (error, _) = try await failure(.json("[\"\(String(repeating: "x", count: 2000))\"]"))
        #expect(error.kind == .unreadable)
        #expect(error.description.contains("at most 1000 octets"), "\(error)")
    }

    @Test func whatIsNoJSONIsShown() async throws {
        let (error, _) = try await failure(
            .reply(.ok, headers: ["Content-Type": "text/html"], body: "<html>\n<h1>It works!</h1>"))
        #expect(error.kind == .unreadable)
        #expect(error.description.contains("text/html"), "\(error)")
        #expect(error.description.contains("begin “<html> <h1>It works!</h1>”"), "\(error)")
        #expect(error.description.contains("check that the address is Neutron's"), "\(error)")
    }

    @Test func aFaultIsToldInTheServicesWords() async throws {
        let (error, _) = try await failure(
            .reply(
                .internalServerError, headers: [:],
                body: #"{"NeutronError": {"type": "DBError", "message": "Too many connections", "detail": ""}}"#))
        #expect(error.kind == .refused(status: 500, fault: "DBError"))
        #expect(error.description.contains("500 Internal Server Error (“Too many connections”)"), "\(error)")
        #expect(error.description.contains("req-"), "\(error)")
    }

    @Test func aTokenDoesNotFollowARedirect() async throws {
        let other = try await StubServer { _ in .json("[]") }
        let (error, _) = try await failure(
            .reply(.found, headers: ["Location": "http://127.0.0.1:\(other.port)/"], body: ""))
        #expect(error.kind == .refused(status: 302, fault: nil))
        #expect(other.requests.isEmpty)
        try await other.close()
    }

    @Test(arguments: ["network.example.com:9696", "ftp://network", "http://"])
    func whatIsNoAddressIsToldAsSuch(_ address: String) async throws {
        let error = try await withService(address) { service in
            await TestSupport.failure { try await service.get([String].self, "ports") }
        }
        #expect(error?.kind == .noEndpoint, "\(String(describing: error))")
    }

    @Test func withoutATokenTheCatalogueIsOfNoUse() async throws {
        let service = try OpenStackService(
            name: "Neutron", endpoint: .catalogue(EndpointSelector(serviceType: "network")), version: "/v2.0",
            keystone: nil, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let error = await TestSupport.failure { try await service.address() }
        try await service.shutdown()
        #expect(error?.kind == .noEndpoint)
        #expect(error?.description.contains("endpoint_override") == true)
    }
}
