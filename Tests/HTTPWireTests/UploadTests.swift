import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

@testable import HTTPWire

/// Large request bodies, from a client by way of a server to an upstream service.
@Suite(.serialized, .timeLimit(.minutes(2))) struct UploadTests {
    private final class Forwarding: Responder {
        private let pool: UpstreamPool
        private let loop: any EventLoop
        let takesLargeBodies = true

        init(_ pool: UpstreamPool, _ loop: any EventLoop) {
            self.pool = pool
            self.loop = loop
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            let answer = pool.client(on: loop).send(
                method: request.methodBytes, target: request.target, fields: HeaderFields(), body: request.body,
                largeBody: request.largeBody)
            return .later(
                answer.flatMapErrorThrowing {
                    Response(.serviceUnavailable, contentType: "text/plain", body: ByteBuffer(string: "\($0)"))
                })
        }
    }

    /// Takes bodies of any size and tells what it got.
    private final class Archive: Responder {
        private let bodies: Mutexed

        init(_ bodies: Mutexed) {
            self.bodies = bodies
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            var fields: [String] = []
            request.forEachHeader { fields.append("\(text($0)): \(text($1))") }
            bodies.all.withLock { $0.append((fields, Array(request.body))) }
            response.write(.ok, contentType: nil, body: Array("\(request.body.count)".utf8))
            return .complete
        }
    }

    private final class Mutexed: Sendable {
        let all = Mutex<[(fields: [String], body: [UInt8])]>([])
    }

    private func withProxy(
        to endpoints: [UpstreamEndpoint], on group: any EventLoopGroup, limits: UpstreamLimits = UpstreamLimits(),
        wireLimits: WireLimits = WireLimits(), _ body: (SocketAddress) async throws -> Void
    ) async throws {
        let pool = UpstreamPool(endpoints, group: group, limits: limits)
        let server = HTTPServer(group: group, limits: wireLimits)
        let listener = try await server.bind(host: "127.0.0.1", port: 0) { Forwarding(pool, $0.eventLoop) }
        try await body(try #require(listener.localAddress))
        await server.stop(grace: .seconds(1))
    }

    private func withArchive(_ body: (SocketAddress, Mutexed, any EventLoopGroup) async throws -> Void) async throws {
        try await withEventLoops(2) { group in
            var limits = WireLimits()
            limits.bodyBytes = 64 << 20
            let bodies = Mutexed()
            let server = HTTPServer(group: group, limits: limits)
            let listener = try await server.bind(host: "127.0.0.1", port: 0) { _ in Archive(bodies) }
            let port = try #require(listener.localAddress?.port)
            try await withProxy(to: [UpstreamEndpoint(.tcp(host: "127.0.0.1", port: port))], on: group) {
                try await body($0, bodies, group)
            }
            await server.stop(grace: .seconds(1))
        }
    }

    private func withStub(
        _ stub: UploadStub, limits: UpstreamLimits = UpstreamLimits(), wireLimits: WireLimits = WireLimits(),
        tls: (server: NIOSSLContext, client: NIOSSLContext)? = nil,
        _ body: (SocketAddress, any EventLoopGroup) async throws -> Void
    ) async throws {
        try await withEventLoops(2) { group in
            let parts = try await stub.start(on: group, tls: tls?.server)
            let endpoint = UpstreamEndpoint(.tcp(host: parts.host, port: parts.port), tls: tls?.client)
            try await withProxy(to: [endpoint], on: group, limits: limits, wireLimits: wireLimits) {
                try await body($0, group)
            }
        }
    }

    private static func tls() throws -> (server: NIOSSLContext, client: NIOSSLContext) {
        let files = try Certificates()
        let server = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.path("server.pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.path("server.key"), format: .pem)))
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateVerification = .none
        return (try NIOSSLContext(configuration: server), try NIOSSLContext(configuration: client))
    }

    private func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
        for _ in 0..<500 {
            if try condition() { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private static let size = 10 << 20
    private static let body = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
        var random = SeededGenerator(state: 8)
        for offset in stride(from: 0, to: size, by: 8) {
            UnsafeMutableRawBufferPointer(bytes).storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
        }
        count = size
    }

    private static func head(_ framing: String) -> String { "POST /p HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n" }

    private static func chunks(of bytes: [UInt8], _ size: Int) -> ByteBuffer {
        var all = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: size) {
            let end = min(start + size, bytes.count)
            all.writeString("\(String(end - start, radix: 16))\r\n")
            all.writeBytes(bytes[start..<end])
            all.writeString("\r\n")
        }
        all.writeString("0\r\n\r\n")
        return all
    }

    @Test(arguments: [0, 3000])
    func everyByteArrivesAndTheConnectionsAreKept(_ chunkSize: Int) async throws {
        try await withArchive { address, bodies, group in
            let client = try await TestClient.connect(to: address, on: group)
            let framing = chunkSize == 0 ? "Content-Length: \(Self.size)" : "Transfer-Encoding: chunked"
            for _ in 0..<2 {
                try await client.send(Self.head(framing))
                let body = chunkSize == 0 ? ByteBuffer(bytes: Self.body) : Self.chunks(of: Self.body, chunkSize)
                try await client.channel.writeAndFlush(body)
                // A request right behind the body.
                try await client.send("POST /q HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try await client.receive(until: "\r\n\r\n\(Self.size)").hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(try await client.receive(until: "\r\n\r\n3").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            let all = bodies.all.withLock { $0 }
            #expect(all.map(\.body) == [Self.body, Array("abc".utf8), Self.body, Array("abc".utf8)])
            #expect(all.first?.fields.dropFirst() == [framing])
            try await client.close()
        }
    }

    @Test func aClientThatWaitsToBeAskedIsAsked() async throws {
        try await withArchive { address, bodies, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: 70000\r\nExpect: 100-continue"))
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.channel.writeAndFlush(ByteBuffer(bytes: Self.body[..<70_000]))
            #expect(try await client.receive(until: "\r\n\r\n70000").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(bodies.all.withLock { $0.map(\.body) } == [Array(Self.body[..<70_000])])
            try await client.close()
        }
    }

    /// What a slow service does not take is not read from the client either, beyond what the kernel's buffers hold.
    @Test(arguments: [false, true]) func aSlowServiceHoldsTheClientUp(_ hasTLS: Bool) async throws {
        let size = 48 << 20
        let stub = UploadStub(after: 1, .stopReading)
        try await withStub(stub, tls: hasTLS ? try Self.tls() : nil) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(size)"))
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: size), promise: nil)
            var left = size
            var before = -1
            while before != left {
                before = left
                try await Task.sleep(for: .milliseconds(500))
                left = try await client.channel.getOption(.bufferedWritableBytes).get()
            }
            #expect(left > 24 << 20)
            stub.resumeReading()
            #expect(await eventually { stub.count.load(ordering: .relaxed) >= size })
            try await client.close()
        }
    }

    private func withHoard(
        _ appetite: Int, _ body: (TestClient, Hoard) async throws -> Void
    ) async throws {
        try await withEventLoops(2) { group in
            let hoard = Hoard(appetite)
            let server = HTTPServer(group: group)
            let listener = try await server.bind(host: "127.0.0.1", port: 0) { Hoarding($0, hoard) }
            let client = try await TestClient.connect(to: try #require(listener.localAddress), on: group)
            try await body(client, hoard)
            try await client.close()
            await server.stop(grace: .zero)
        }
    }

    @Test func littleIsHeldOfABodyThatNobodyTakes() async throws {
        try await withHoard(1) { client, hoard in
            try await client.send(Self.head("Content-Length: \(96 << 20)"))
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: 96 << 20), promise: nil)
            #expect(await eventually { hoard.isFull })
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await hoard.waiting() + hoard.taken.load(ordering: .relaxed) <= 128 * 1024)
            // Nor by the kernel, on the server's side: what a client may send ahead is its own.
            let left = try await client.channel.getOption(.bufferedWritableBytes).get()
            #expect(left > 88 << 20)
        }
    }

    /// A half-close has everything read that the kernel holds.
    @Test func littleIsHeldWhenTheClientHasSentEverything() async throws {
        let taken = 32 << 20
        try await withHoard(taken) { client, hoard in
            let size = taken + 1 << 20
            try await client.send(Self.head("Content-Length: \(size)"))
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: size), promise: nil)
            client.channel.close(mode: .output, promise: nil)
            #expect(await eventually { hoard.isFull })
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await hoard.waiting() <= 256 * 1024)
        }
    }

    private final class Hoard: Sendable {
        let taken = Atomic<Int>(0)
        let connection = Mutex<(any Channel)?>(nil)
        private let appetite: Int

        init(_ appetite: Int) {
            self.appetite = appetite
        }

        var isFull: Bool { taken.load(ordering: .relaxed) >= appetite }

        /// Bytes that the connection holds.
        func waiting() async throws -> Int {
            let connection = try #require(connection.withLock { $0 })
            return try await connection.eventLoop.submit {
                try connection.pipeline.syncOperations.handler(type: ConnectionHandler.self).input.readableBytes
            }.get()
        }
    }

    /// Takes so much of a body and has the rest wait.
    private final class Hoarding: Responder, BodySink {
        let takesLargeBodies = true
        private let hoard: Hoard
        private let never: EventLoopFuture<Response>
        private var source: (any BodySource)?

        init(_ channel: any Channel, _ hoard: Hoard) {
            self.hoard = hoard
            self.never = channel.eventLoop.scheduleTask(in: .hours(1)) { Response(.ok) }.futureResult
            hoard.connection.withLock { $0 = channel }
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            source = request.largeBody?.source.value
            source?.start(self)
            return .later(never)
        }

        func body(_ piece: ByteBuffer) {
            hoard.taken.add(piece.readableBytes, ordering: .relaxed)
            if hoard.isFull { source?.setPaused(true) }
        }

        func bodyEnded(_ failure: UpstreamError?) {}
    }

    // MARK: failures

    private static let refusal = "HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno"

    @Test(arguments: [UploadStub.Action.reply(refusal), .replyAndClose(refusal)])
    func anAnswerBeforeTheBodysEndIsPassedOn(_ action: UploadStub.Action) async throws {
        let stub = UploadStub(after: 1_000_000, action)
        try await withStub(stub) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(Self.size)"))
            client.channel.writeAndFlush(ByteBuffer(bytes: Self.body), promise: nil)
            let answer = try await client.receiveAll()
            #expect(answer == "HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            // The service's connection is not used again.
            #expect(await eventually { stub.ended.load(ordering: .relaxed) == 1 })
        }
    }

    /// The body goes on to be sent: an answer must not be lost to the reset that this may end in.
    @Test func aLargeAnswerBeforeTheBodysEndIsPassedOn() async throws {
        let text = String(repeating: "y", count: 3_000_000)
        let stub = UploadStub(after: 1_000_000, .reply("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n\(text)"))
        try await withStub(stub) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(Self.size)"))
            client.channel.writeAndFlush(ByteBuffer(bytes: Self.body), promise: nil)
            #expect(try await client.receiveAll().hasSuffix("\r\nConnection: close\r\n\r\n\(text)"))
            #expect(await eventually { stub.ended.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func aServiceThatDiesInTheMiddleIsA503() async throws {
        let stub = UploadStub(after: 1_000_000, .close)
        try await withStub(stub) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(Self.size)"))
            client.channel.writeAndFlush(ByteBuffer(bytes: Self.body), promise: nil)
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(answer.contains("Connection: close"))
            #expect(stub.connections == 1)
        }
    }

    @Test func aServiceThatStopsInTheMiddleIsGivenUp() async throws {
        var limits = UpstreamLimits()
        limits.responseTimeout = .milliseconds(300)
        limits.sweepInterval = .milliseconds(10)
        let stub = UploadStub(after: 1, .stopReading)
        try await withStub(stub, limits: limits) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(96 << 20)"))
            client.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: 96 << 20), promise: nil)
            let answer = try await client.receive(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            try? await client.close()
        }
    }

    /// The client's time-out, not the service's.
    @Test func aClientThatStopsInTheMiddleIsToldAndTheServiceLeft() async throws {
        var limits = UpstreamLimits()
        limits.responseTimeout = .milliseconds(50)
        limits.sweepInterval = .milliseconds(10)
        var wireLimits = WireLimits()
        wireLimits.receiveTimeout = .milliseconds(400)
        wireLimits.sweepInterval = .milliseconds(10)
        let stub = UploadStub(after: .max, .close)
        try await withStub(stub, limits: limits, wireLimits: wireLimits) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: 100000") + "abc")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(await eventually { stub.ended.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func aClientThatGoesInTheMiddleLeavesTheService() async throws {
        let stub = UploadStub(after: .max, .close)
        try await withStub(stub) { address, group in
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send(Self.head("Content-Length: \(Self.size)") + String(repeating: "x", count: 100_000))
            #expect(await eventually { stub.count.load(ordering: .relaxed) > 100_000 })
            try await client.close()
            #expect(await eventually { stub.ended.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func theNextServiceGetsWhatOneCouldNotBeConnectedFor() async throws {
        try await withEventLoops(2) { group in
            let reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            let stub = UploadStub(after: 100_000, .reply(reply))
            let parts = try await stub.start(on: group)
            let dead = UpstreamEndpoint(.tcp(host: "127.0.0.1", port: 1))
            let alive = UpstreamEndpoint(.tcp(host: parts.host, port: parts.port))
            try await withProxy(to: [dead, alive], on: group) { address in
                let client = try await TestClient.connect(to: address, on: group)
                try await client.send(Self.head("Content-Length: 100000") + String(repeating: "x", count: 100_000))
                #expect(try await client.receive(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
                try await client.close()
            }
        }
    }

    @Test func onlySoManyAreUploadedAtOnce() async throws {
        var limits = UpstreamLimits()
        limits.uploads = 1
        let stub = UploadStub(after: .max, .close)
        try await withEventLoops { group in
            let parts = try await stub.start(on: group)
            let endpoint = UpstreamEndpoint(.tcp(host: parts.host, port: parts.port))
            try await withProxy(to: [endpoint], on: group, limits: limits) { address in
                let request = Self.head("Content-Length: 100000") + "abc"
                let first = try await TestClient.connect(to: address, on: group)
                try await first.send(request)
                #expect(await eventually { stub.count.load(ordering: .relaxed) > 0 })
                let second = try await TestClient.connect(to: address, on: group)
                try await second.send(request)
                #expect(try await second.receiveAll().hasSuffix("\(UpstreamError.overloaded)"))
                try await first.close()
                #expect(await eventually { stub.ended.load(ordering: .relaxed) == 1 })
                let third = try await TestClient.connect(to: address, on: group)
                try await third.send(request)
                #expect(await eventually { stub.connections == 2 })
                try await third.close()
            }
        }
    }
}
