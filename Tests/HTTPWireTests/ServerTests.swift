import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPWire

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Real sockets on the loopback interface.
@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    private static func address(_ listener: Listener) throws -> SocketAddress {
        try #require(listener.localAddress)
    }

    private static func echo(_ channel: any Channel) -> any Responder {
        EchoResponder(eventLoop: channel.eventLoop)
    }

    @Test func servesTCP() async throws {
        try await withEventLoops(2) { group in
            let server = HTTPServer(group: group)
            let listener = try await server.bind(host: "127.0.0.1", port: 0, responder: Self.echo)
            for number in 0..<20 {
                let client = try await TestClient.connect(to: Self.address(listener), on: group)
                try await client.send("GET /\(number) HTTP/1.1\r\nConnection: close\r\n\r\n")
                #expect(try await client.receiveAll().hasSuffix("\r\n\r\nGET /\(number) "))
            }
            await server.stop(grace: .seconds(5))
            #expect(server.connections == (0, 0))
        }
    }

    @Test func servesAUnixSocket() async throws {
        try await withEventLoops { group in
            let path = "/tmp/httpwire-test-\(getpid()).sock"
            let server = HTTPServer(group: group)
            let listener = try await server.bind(unixPath: path, responder: Self.echo)
            let client = try await TestClient.connect(to: SocketAddress(unixDomainSocketPath: path), on: group)
            try await client.send("GET /unix HTTP/1.1\r\n\r\n")
            #expect(try await client.receive(until: "GET /unix ").hasPrefix("HTTP/1.1 200 OK"))
            await listener.close()
            await server.stop(grace: .seconds(5))
            unlink(path)
        }
    }

    @Test func servesSocketsOpenedElsewhere() async throws {
        let path = "/tmp/httpwire-test-fd-\(getpid()).sock"
        defer { unlink(path) }
        let addresses = try [
            SocketAddress(ipAddress: "127.0.0.1", port: 0), SocketAddress(unixDomainSocketPath: path),
        ]
        try await withEventLoops { group in
            let server = HTTPServer(group: group)
            for (family, address) in zip([AF_INET, AF_UNIX], addresses) {
                let descriptor = try Self.listeningSocket(family, address)
                let bound = family == AF_UNIX ? address : try Self.address(of: descriptor)
                _ = try server.serve(descriptor: descriptor, responder: Self.echo)
                let client = try await TestClient.connect(to: bound, on: group)
                try await client.send("GET /fd HTTP/1.1\r\n\r\n")
                #expect(try await client.receive(until: "GET /fd ").hasPrefix("HTTP/1.1 200 OK"))
            }
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func aListenerClosedWithItsConnectionsLeavesThoseOfOthers() async throws {
        try await withEventLoops(2) { group in
            let server = HTTPServer(group: group)
            let addresses = try [AF_INET, AF_INET].map { family in
                let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
                let descriptor = try Self.listeningSocket(family, any)
                let address = try Self.address(of: descriptor)
                return (address, try server.serve(descriptor: descriptor, responder: Self.echo))
            }
            var clients: [TestClient] = []
            for (address, _) in addresses {
                let client = try await TestClient.connect(to: address, on: group)
                try await client.send("GET /kept HTTP/1.1\r\n\r\n")
                #expect(try await client.receive(until: "GET /kept ").hasPrefix("HTTP/1.1 200 OK"))
                clients.append(client)
            }
            await addresses[0].1.closeWithConnections()
            #expect(try await clients[0].receiveAll().isEmpty)
            try await clients[1].send("GET /still HTTP/1.1\r\n\r\n")
            #expect(try await clients[1].receive(until: "GET /still ").hasPrefix("HTTP/1.1 200 OK"))
            await #expect(throws: (any Error).self) {
                try await TestClient.connect(to: addresses[0].0, on: group)
            }
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func twoServersAcceptFromOneSocketUntilOneRetires() async throws {
        try await withEventLoops(2) { group in
            let descriptor = try Self.listeningSocket(AF_INET, SocketAddress(ipAddress: "127.0.0.1", port: 0))
            let address = try Self.address(of: descriptor)
            let servers = [HTTPServer(group: group), HTTPServer(group: group)]
            _ = try servers[0].serve(descriptor: dup(descriptor), responder: Self.echo)
            _ = try servers[1].serve(descriptor: descriptor, responder: Self.echo)
            async let asking: Void = Self.ask(address, times: 500, on: group)
            let kept = try await TestClient.connect(to: address, on: group)
            try await kept.send("GET /kept HTTP/1.1\r\n\r\n")
            _ = try await kept.receive(until: "GET /kept ")
            async let retired: Void = servers[0].retire(grace: .seconds(30))
            try await asking
            // Whichever of them has it.
            try await kept.send("GET /again HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(try await kept.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
            await retired
            try await Self.ask(address, times: 20, on: group)
            await servers[1].stop(grace: .seconds(5))
        }
    }

    /// A new connection each, of which none may fail.
    private static func ask(_ address: SocketAddress, times: Int, on group: any EventLoopGroup) async throws {
        for _ in 0..<times {
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send("GET /new HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    /// Of a TCP socket on 127.0.0.1.
    private static func address(of descriptor: CInt) throws -> SocketAddress {
        var bytes = [UInt8](repeating: 0, count: 16)
        var size = socklen_t(bytes.count)
        let result = bytes.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &size) }
        }
        try #require(result == 0)
        // Behind the family; the higher octet first.
        return try SocketAddress(ipAddress: "127.0.0.1", port: Int(bytes[2]) << 8 | Int(bytes[3]))
    }

    private static func listeningSocket(_ family: CInt, _ address: SocketAddress) throws -> CInt {
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let bound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        return descriptor
    }

    @Test func connectionsBeyondTheLimitWaitAndThenAreToldToTryAgain() async throws {
        try await withEventLoops(2) { group in
            var limits = WireLimits()
            limits.connections = 1
            limits.waitingConnections = 1
            let server = HTTPServer(group: group, limits: limits)
            let address = try await Self.address(server.bind(host: "127.0.0.1", port: 0, responder: Self.echo))

            let first = try await TestClient.connect(to: address, on: group)
            try await first.send("GET /1 HTTP/1.1\r\n\r\n")
            _ = try await first.receive(until: "GET /1 ")
            let second = try await TestClient.connect(to: address, on: group)
            try await second.send("GET /2 HTTP/1.1\r\n\r\n")
            while server.connections.waiting == 0 { await Task.yield() }

            let third = try await TestClient.connect(to: address, on: group)
            let refusal = try await third.receiveAll()
            #expect(refusal.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(refusal.contains("\r\nRetry-After: 1\r\n"))

            try await first.close()
            #expect(try await second.receive(until: "GET /2 ").hasPrefix("HTTP/1.1 200 OK"))
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func aWaitThatIsTooLongEndsWithTryAgain() async throws {
        try await withEventLoops { group in
            var limits = WireLimits()
            limits.connections = 1
            limits.admissionTimeout = .milliseconds(50)
            limits.sweepInterval = .milliseconds(10)
            let server = HTTPServer(group: group, limits: limits)
            let address = try await Self.address(server.bind(host: "127.0.0.1", port: 0, responder: Self.echo))
            let first = try await TestClient.connect(to: address, on: group)
            try await first.send("GET /1 HTTP/1.1\r\n\r\n")
            _ = try await first.receive(until: "GET /1 ")
            let second = try await TestClient.connect(to: address, on: group)
            // The refusal may be there before the request has been sent.
            try? await second.send("GET /2 HTTP/1.1\r\n\r\n")
            #expect(try await second.receiveAll().hasPrefix("HTTP/1.1 503 "))
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func aTricklingClientCostsOthersNothing() async throws {
        try await withEventLoops { group in
            var limits = WireLimits()
            limits.receiveTimeout = .milliseconds(100)
            limits.sweepInterval = .milliseconds(10)
            let server = HTTPServer(group: group, limits: limits)
            let address = try await Self.address(server.bind(host: "127.0.0.1", port: 0, responder: Self.echo))
            let slow = try await TestClient.connect(to: address, on: group)
            try await slow.send("GET / HT")
            let other = try await TestClient.connect(to: address, on: group)
            try await other.send("GET /other HTTP/1.1\r\n\r\n")
            #expect(try await other.receive(until: "GET /other ").hasPrefix("HTTP/1.1 200 OK"))
            #expect(try await slow.receiveAll().hasPrefix("HTTP/1.1 408 "))
            try await other.send("GET /again HTTP/1.1\r\n\r\n")
            #expect(try await other.receive(until: "GET /again ").contains("HTTP/1.1 200 OK"))
            await server.stop(grace: .seconds(5))
        }
    }

    /// Answers every request with 64 KiB and counts.
    private final class Flood: Responder {
        static let body = [UInt8](repeating: 0x78, count: 64 * 1024)
        let count: Counter
        init(_ count: Counter) { self.count = count }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            count.value.add(1, ordering: .relaxed)
            response.write(.ok, contentType: nil, body: Self.body)
            return .complete
        }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    /// It gets as many answers as the kernel's buffers take and is closed when it has accepted nothing for a while.
    @Test func aClientThatNeverReadsCannotFillTheMemory() async throws {
        try await withEventLoops { group in
            var limits = WireLimits()
            limits.writeTimeout = .milliseconds(200)
            limits.sweepInterval = .milliseconds(10)
            let server = HTTPServer(group: group, limits: limits)
            let count = Counter()
            let address = try await Self.address(
                server.bind(host: "127.0.0.1", port: 0) { _ in Flood(count) })
            let client = try await TestClient.connect(to: address, on: group, reads: false)
            // 3 GiB of answers. The write fails when the server gives the client up.
            try? await client.send(String(repeating: "GET / HTTP/1.1\r\n\r\n", count: 50_000))
            while server.connections.served > 0 { await Task.yield() }
            #expect(count.value.load(ordering: .relaxed) * Flood.body.count < 64 * 1024 * 1024)
            try? await client.close()
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func aRefusalReachesAClientThatIsStillSending() async throws {
        try await withEventLoops(2) { group in
            let server = HTTPServer(group: group)
            let address = try await Self.address(server.bind(host: "127.0.0.1", port: 0, responder: Self.echo))
            let client = try await TestClient.connect(to: address, on: group)
            let head = "POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n"
            try await client.send(head + String(repeating: "x", count: 200_000))
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
            #expect(answer.hasSuffix("bytes.\n"))
            await server.stop(grace: .seconds(5))
        }
    }

    @Test func aClientThatHasShutItsSendingSideIsAnswered() async throws {
        try await withEventLoops { group in
            let server = HTTPServer(group: group)
            let address = try await Self.address(server.bind(host: "127.0.0.1", port: 0, responder: Self.echo))
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
            try await client.channel.close(mode: .output)
            #expect(try await client.receiveAll().hasSuffix("GET /2 "))
            await server.stop(grace: .seconds(5))
        }
    }

    /// Promises every answer and keeps the promises where a test can reach them.
    private final class Promises: Sendable {
        let all = Mutex<[EventLoopPromise<Response>]>([])

        func take() async -> EventLoopPromise<Response> {
            while true {
                if let promise = all.withLock({ $0.popLast() }) { return promise }
                await Task.yield()
            }
        }
    }

    private final class Promising: Responder {
        let promises: Promises
        let eventLoop: any EventLoop
        init(_ promises: Promises, _ eventLoop: any EventLoop) {
            self.promises = promises
            self.eventLoop = eventLoop
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            let promise = eventLoop.makePromise(of: Response.self)
            promises.all.withLock { $0.append(promise) }
            return .later(promise.futureResult)
        }
    }

    @Test func stoppingLetsRequestsFinish() async throws {
        try await withEventLoops(2) { group in
            let server = HTTPServer(group: group)
            let promises = Promises()
            let listener = try await server.bind(host: "127.0.0.1", port: 0) { Promising(promises, $0.eventLoop) }
            let client = try await TestClient.connect(to: Self.address(listener), on: group)
            try await client.send("GET / HTTP/1.1\r\n\r\n")
            let promise = await promises.take()
            async let stopped: Void = server.stop(grace: .seconds(30))
            await listener.closed()
            promise.succeed(Response(.ok, contentType: "a/b", body: ByteBuffer(string: "done")))
            #expect(try await client.receiveAll().hasSuffix("\r\n\r\ndone"))
            await stopped
            #expect(server.connections == (0, 0))
        }
    }

    @Test func stoppingDoesNotWaitForever() async throws {
        try await withEventLoops { group in
            let server = HTTPServer(group: group)
            let promises = Promises()
            let address = try await Self.address(
                server.bind(host: "127.0.0.1", port: 0) { Promising(promises, $0.eventLoop) })
            let client = try await TestClient.connect(to: address, on: group)
            try await client.send("GET / HTTP/1.1\r\n\r\n")
            let promise = await promises.take()
            await server.stop(grace: .milliseconds(50))
            #expect(try await client.receiveAll() == "")
            promise.succeed(Response(.ok))
        }
    }
}
