import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPWire

/// Large responses, from ``StubUpstream`` by way of a server to a client.
@Suite(.timeLimit(.minutes(2))) struct StreamingTests {
    private final class Forwarding: Responder {
        private let pool: UpstreamPool
        private let loop: any EventLoop
        private let failures: Failures

        init(_ pool: UpstreamPool, _ loop: any EventLoop, _ failures: Failures) {
            self.pool = pool
            self.loop = loop
            self.failures = failures
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            .later(
                pool.client(on: loop).send(
                    method: request.methodBytes, target: request.target, fields: HeaderFields(), body: request.body))
        }

        func cutOff(by error: any Error) {
            failures.errors.withLock { $0.append("\(error)") }
        }
    }

    private final class Failures: Sendable {
        let errors = Mutex<[String]>([])
    }

    private func withProxy(
        limits: UpstreamLimits = UpstreamLimits(), _ script: @escaping StubUpstream.Script,
        _ body: (SocketAddress, StubUpstream, Failures, any EventLoopGroup) async throws -> Void
    ) async throws {
        try await withEventLoops(2) { group in
            let stub = StubUpstream(script)
            let (address, _) = try await stub.start(on: group)
            let endpoint = UpstreamEndpoint(.tcp(host: address.host, port: address.port))
            let pool = UpstreamPool([endpoint], group: group, limits: limits)
            let server = HTTPServer(group: group)
            let failures = Failures()
            let listener = try await server.bind(host: "127.0.0.1", port: 0) {
                Forwarding(pool, $0.eventLoop, failures)
            }
            try await body(try #require(listener.localAddress), stub, failures, group)
            await server.stop(grace: .seconds(1))
        }
    }

    private static let sizes = [256 * 1024, 256 * 1024 + 1, 3_000_000]

    @Test(arguments: sizes)
    func everyByteArrivesAndTheConnectionsAreKept(_ size: Int) async throws {
        let script: StubUpstream.Script = { _ in .flood("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n", size) }
        try await withProxy(script) { address, stub, _, group in
            let client = try await TestClient.connect(to: address, on: group)
            for isLast in [false, true] {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\(isLast ? "Connection: close\r\n" : "")\r\n")
                let head = try await client.receive(until: "\r\n\r\n")
                #expect(head.contains("Content-Length: \(size)\r\n"))
                if isLast { #expect(try await client.receiveAll().utf8.count == size) }
                if !isLast { #expect(try await client.receive(bytes: size) == String(repeating: "x", count: size)) }
            }
            #expect(stub.received.map(\.connection) == [1, 1] || stub.received.count == 2)
        }
    }

    @Test func aBodyOfUnknownLengthIsChunkedOrEndsTheConnection() async throws {
        let body = String(repeating: "0123456789", count: 60_000)
        let script: StubUpstream.Script = { _ in .replyAndClose("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n\(body)") }
        try await withProxy(script) { address, _, _, group in
            let old = try await TestClient.connect(to: address, on: group)
            try await old.send("GET / HTTP/1.0\r\n\r\n")
            let plain = try await old.receiveAll()
            #expect(plain == "HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n\(body)")
            let new = try await TestClient.connect(to: address, on: group)
            try await new.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let chunked = try await new.receive(until: "\r\n0\r\n\r\n")
            #expect(chunked.hasPrefix("HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"))
            #expect(Self.decoded(chunked) == body)
            // Kept for the next request.
            try await new.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await new.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            try await new.close()
        }
    }

    @Test func chunksAreTakenApartAndPutTogether() async throws {
        let piece = String(repeating: "y", count: 100_000)
        let chunk = "186a0\r\n\(piece)\r\n"
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let reply = "\(head)\(chunk)\(chunk)\(chunk)\(chunk)0\r\nA: b\r\n\r\n"
        try await withProxy({ _ in .reply(reply) }) { address, stub, _, group in
            let client = try await TestClient.connect(to: address, on: group)
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let chunked = try await client.receive(until: "\r\n0\r\n\r\n")
                #expect(Self.decoded(chunked) == piece + piece + piece + piece)
            }
            #expect(stub.received.map(\.connection) == [1, 1])
            try await client.close()
        }
    }

    /// What a slow client does not take is not read from the service either, beyond what the kernel's buffers hold.
    @Test func aSlowClientHoldsTheServiceUp() async throws {
        let size = 96 << 20
        let script: StubUpstream.Script = { _ in .flood("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n", size) }
        try await withProxy(script) { address, stub, _, group in
            let client = try await TestClient.connect(to: address, on: group, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            var before = -1
            while before != stub.flooded.load(ordering: .relaxed) || before < 1 {
                before = stub.flooded.load(ordering: .relaxed)
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(before < 48 << 20)
            try await client.channel.setOption(.autoRead, value: true).get()
            let all = try await client.receiveAll()
            #expect(all.utf8.count > size)
            #expect(stub.flooded.load(ordering: .relaxed) == size)
        }
    }

    @Test func aClientThatGoesEndsTheUpstreamsResponse() async throws {
        let size = 96 << 20
        let script: StubUpstream.Script = { _ in .flood("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n", size) }
        try await withProxy(script) { address, stub, _, group in
            let client = try await TestClient.connect(to: address, on: group, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while stub.flooded.load(ordering: .relaxed) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            try await client.close()
            // Another client's request needs another connection to the service, or the same one is free again.
            let next = try await TestClient.connect(to: address, on: group)
            try await next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await next.receive(until: "\r\n\r\n").contains("200 OK"))
            try await next.close()
            #expect(stub.flooded.load(ordering: .relaxed) < 2 * size)
        }
    }

    @Test func aResponseThatIsCutShortIsNotPassedOffAsWhole() async throws {
        let size = 1 << 20
        let part = String(repeating: "x", count: 300_000)
        let script: StubUpstream.Script = { _ in
            .replyAndClose("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n\(part)")
        }
        try await withProxy(script) { address, _, failures, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let all = try await client.receiveAll()
            #expect(all.utf8.count < size)
            #expect(failures.errors.withLock { $0.count } == 1)
        }
    }

    @Test func aServiceThatStopsInTheMiddleIsGivenUp() async throws {
        var limits = UpstreamLimits()
        limits.responseTimeout = .milliseconds(200)
        limits.sweepInterval = .milliseconds(10)
        let part = String(repeating: "x", count: 300_000)
        let script: StubUpstream.Script = { _ in .reply("HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n\(part)") }
        try await withProxy(limits: limits, script) { address, _, failures, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.receiveAll().utf8.count < 400_000)
            #expect(failures.errors.withLock { $0 } == ["\(UpstreamError.timedOut)"])
        }
    }

    /// The body of a chunked response; nil when it is not one.
    private static func decoded(_ response: String) -> String? {
        guard let end = response.firstRange(of: "\r\n\r\n") else { return nil }
        let bytes = Array(response[end.upperBound...].utf8)
        var decoder = ChunkedDecoder()
        let outcome = bytes.withUnsafeBytes { decoder.decode($0, limit: .max) }
        return outcome == .complete(end: bytes.count) ? String(decoding: decoder.body, as: UTF8.self) : nil
    }
}

extension TestClient {
    /// So many bytes of text.
    fileprivate func receive(bytes: Int) async throws -> String {
        // Nothing else than the needle's letter is expected: the text ends with so many of them.
        try await receive(until: String(repeating: "x", count: bytes))
    }
}
