import NIOCore
import NIOPosix
import Testing

@testable import HTTPWire

/// The pool against ``StubUpstream`` on the loopback interface.
@Suite(.timeLimit(.minutes(1))) struct UpstreamPoolTests {
    private func withPool(
        limits: UpstreamLimits = UpstreamLimits(), _ script: @escaping StubUpstream.Script,
        _ body: (UpstreamPool, StubUpstream, any EventLoop) async throws -> Void
    ) async throws {
        try await withEventLoops { group in
            let stub = StubUpstream(script)
            let (address, _) = try await stub.start(on: group)
            let pool = UpstreamPool(
                [UpstreamEndpoint(.tcp(host: address.host, port: address.port))], group: group, limits: limits)
            try await body(pool, stub, group.any())
        }
    }

    private func send(
        _ pool: UpstreamPool, on loop: any EventLoop, _ method: String = "GET", _ target: String = "/",
        fields: [(String, String)] = [], body: String = ""
    ) async throws -> Response {
        try await loop.flatSubmit {
            var list = HeaderFields()
            for (name, value) in fields { list.append(name, value) }
            return Array(method.utf8).withUnsafeBytes { method in
                Array(target.utf8).withUnsafeBytes { target in
                    Array(body.utf8).withUnsafeBytes { body in
                        pool.client(on: loop).send(method: method, target: target, fields: list, body: body)
                    }
                }
            }
        }.get()
    }

    private func failure(of body: () async throws -> Response) async -> UpstreamError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? UpstreamError
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func sendsExactlyWhatItIsGiven() async throws {
        try await withPool({ _ in .reply(Self.ok) }) { pool, stub, loop in
            let fields = [("X-Instance-ID", "i"), ("X-Tenant-ID", "t")]
            _ = try await send(pool, on: loop, "GET", "//a/../b?c=%zz", fields: fields)
            _ = try await send(pool, on: loop, "POST", "/p", body: "secret")
            _ = try await send(pool, on: loop, "PUT", "/q")
            let host = "Host: \(pool.endpoints[0].address)\r\n"
            #expect(
                stub.received.map(\.text) == [
                    "GET //a/../b?c=%zz HTTP/1.1\r\n\(host)X-Instance-ID: i\r\nX-Tenant-ID: t\r\n\r\n",
                    "POST /p HTTP/1.1\r\n\(host)Content-Length: 6\r\n\r\nsecret",
                    "PUT /q HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n",
                ])
            #expect(stub.received.map(\.connection) == [1, 1, 1])
        }
    }

    @Test func givesBackStatusFieldsAndBody() async throws {
        let replies = [
            "HTTP/1.1 404 Not Here\r\nContent-Length: 4\r\nX-A: 1\r\nKeep-Alive: 9\r\nX-B: 2\r\n\r\nnone",
            "HTTP/1.1 404 Not Here\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\nX-B: 2\r\n\r\n"
                + "1\r\nn\r\n3\r\none\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Here\r\nX-A: 1\r\nX-B: 2\r\nConnection: close\r\n\r\nnone",
        ]
        let script: StubUpstream.Script = { request in
            request.number < 3 ? .reply(replies[request.number - 1]) : .replyAndClose(replies[2])
        }
        try await withPool(script) { pool, _, loop in
            for _ in replies {
                let response = try await send(pool, on: loop)
                #expect(response.status == Status(404, "Not Here"))
                #expect(String(buffer: response.fields.lines) == "X-A: 1\r\nX-B: 2\r\n")
                #expect(String(buffer: response.body) == "none")
                #expect(response.contentLength == 4)
            }
        }
    }

    @Test func headHasALengthAndNoBody() async throws {
        try await withPool({ _ in .reply("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n") }) { pool, _, loop in
            for _ in 0..<2 {
                let response = try await send(pool, on: loop, "HEAD")
                #expect(response.contentLength == 1234)
                #expect(response.body.readableBytes == 0)
            }
        }
    }

    /// The service closes its kept connection when the next request arrives on it.
    @Test func aStaleConnectionIsReplacedOnce() async throws {
        let script: StubUpstream.Script = { $0.connection == 1 && $0.number == 2 ? .close : .reply(Self.ok) }
        try await withPool(script) { pool, stub, loop in
            _ = try await send(pool, on: loop)
            _ = try await send(pool, on: loop, "GET", "/again")
            #expect(stub.received.map(\.connection) == [1, 1, 2])
        }
    }

    @Test func aPOSTIsNotRepeated() async throws {
        let script: StubUpstream.Script = { $0.number == 2 ? .close : .reply(Self.ok) }
        try await withPool(script) { pool, stub, loop in
            _ = try await send(pool, on: loop)
            let error = await failure { try await send(pool, on: loop, "POST", body: "x") }
            #expect(error == .badResponse("the connection ended before the response began"))
            #expect(stub.received.count == 2)
        }
    }

    @Test func aFreshConnectionIsNotRetried() async throws {
        try await withPool({ _ in .close }) { pool, stub, loop in
            let error = await failure { try await send(pool, on: loop) }
            #expect(error != nil)
            #expect(stub.received.count == 1)
        }
    }

    @Test func connectionsClosedWhileIdleAreForgotten() async throws {
        try await withPool({ _ in .replyAndClose(Self.ok) }) { pool, stub, loop in
            for _ in 0..<3 {
                let response = try await send(pool, on: loop)
                #expect(response.status == .ok)
            }
            #expect(stub.received.count == 3)
        }
    }

    @Test func requestsBeyondTheConnectionsWait() async throws {
        var limits = UpstreamLimits()
        limits.connections = 2
        try await withPool(limits: limits, { _ in .reply(Self.ok) }) { pool, stub, loop in
            try await withThrowingTaskGroup(of: Status.self) { group in
                for _ in 0..<20 { group.addTask { try await send(pool, on: loop).status } }
                for try await status in group { #expect(status == .ok) }
            }
            #expect(Set(stub.received.map(\.connection)).isSubset(of: [1, 2]))
        }
    }

    @Test func tooManyWaitingRequestsAreRefused() async throws {
        var limits = UpstreamLimits()
        limits.connections = 1
        limits.waitingRequests = 0
        limits.responseTimeout = .milliseconds(100)
        limits.sweepInterval = .milliseconds(10)
        try await withPool(limits: limits, { _ in .silence }) { pool, _, loop in
            async let first = failure { try await send(pool, on: loop) }
            async let second = failure { try await send(pool, on: loop) }
            let errors = await [first, second]
            #expect(errors.contains(.overloaded))
            #expect(errors.contains(.timedOut))
        }
    }

    @Test func silenceTimesOutAndTheConnectionIsNotUsedAgain() async throws {
        var limits = UpstreamLimits()
        limits.responseTimeout = .milliseconds(500)
        limits.sweepInterval = .milliseconds(10)
        let script: StubUpstream.Script = { $0.connection == 1 ? .silence : .reply(Self.ok) }
        try await withPool(limits: limits, script) { pool, _, loop in
            let error = await failure { try await send(pool, on: loop) }
            #expect(error == .timedOut)
            let response = try await send(pool, on: loop)
            #expect(response.status == .ok)
        }
    }

    @Test func whatCannotBeReachedIsSaid() async throws {
        try await withEventLoops { group in
            // Not an ephemeral port that was just let go: another test may have it by now.
            let pool = UpstreamPool([UpstreamEndpoint(.tcp(host: "127.0.0.1", port: 1))], group: group)
            let error = await failure { try await send(pool, on: group.any()) }
            guard case .unreachable(let reason) = error else { return #expect(Bool(false), "was reached") }
            #expect(reason.contains("127.0.0.1:1"))
        }
    }

    @Test func whatCannotBeSentIsNotSent() async throws {
        try await withPool({ _ in .reply(Self.ok) }) { pool, stub, loop in
            let error = await failure { try await send(pool, on: loop, "GET", "/a b") }
            #expect(error == .invalidRequest)
            let refusal = await failure { try await send(pool, on: loop, "G T", "/") }
            #expect(refusal == .invalidRequest)
            #expect(stub.received.isEmpty)
        }
    }

    @Test func whatIsNotHTTPIsSaid() async throws {
        try await withPool({ _ in .reply("hello there\r\n\r\n") }) { pool, _, loop in
            guard case .badResponse = await failure(of: { try await send(pool, on: loop) }) else {
                return #expect(Bool(false), "was accepted")
            }
        }
    }
}
