import Foundation
import HTTPWire
import Identification
import InstanceModel
import InstanceStore
import MetadataService
import NIOCore
import NIOPosix
import Testing

/// What Nova says reaches the guest as it is, and what the guest says reaches Nova (contract neutron.md §0, §3.5, §3.6).
@Suite(.timeLimit(.minutes(1))) struct PassthroughTests {
    private static let guest = [("X-Forwarded-For", "10.0.0.5")]

    private func withProxy(
        _ answer: @escaping @Sendable (StubNova.Received) -> Response,
        _ body: (ServiceFixture, StubNova) async throws -> Void
    ) async throws {
        try await StubNova.run(answer) { nova in
            try await ServiceFixture.run(
                identify: .peerAddress(parsesForwarded: true), upstream: nova.port
            ) { proxy in
                _ = try await proxy.store.apply(Sample.catalogue(Sample.instance()))
                try await body(proxy, nova)
            }
        }
    }

    @Test(arguments: [200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 418, 429, 500, 502, 503, 504])
    func everyStatusIsPassedBack(_ code: Int) async throws {
        let answer: @Sendable (StubNova.Received) -> Response = { _ in
            var response = Response(
                Status(code, "As Told"), contentType: "text/odd; charset=x", body: ByteBuffer(string: "body"))
            response.fields.append("Retry-After", "7")
            response.fields.append("WWW-Authenticate", "Basic realm=\"a\"")
            response.fields.append("Allow", "GET, POST")
            return response
        }
        try await withProxy(answer) { proxy, _ in
            let got = try await proxy.ask("/latest/", headers: Self.guest)
            #expect(got.status == code)
            #expect(got.headers["Content-Type"] == "text/odd; charset=x")
            #expect(got.headers["Retry-After"] == "7")
            #expect(got.headers["WWW-Authenticate"] == "Basic realm=\"a\"")
            #expect(got.headers["Allow"] == "GET, POST")
            #expect(got.body == (code == 204 ? "" : "body"))
        }
    }

    private static let bodies: [[UInt8]] = [
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 4, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0],
        (0...255).map { UInt8($0) }, (0..<65536).map { UInt8(truncatingIfNeeded: $0 * 7) },
        (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 * 11) }, [],
    ]

    @Test(arguments: bodies.indices)
    func everyByteIsPassedBack(_ index: Int) async throws {
        let bytes = Self.bodies[index]
        let answer: @Sendable (StubNova.Received) -> Response = { _ in
            Response(.ok, contentType: "application/octet-stream", body: ByteBuffer(bytes: bytes))
        }
        try await withProxy(answer) { proxy, _ in
            #expect(try await proxy.bytes("/latest/user-data", headers: Self.guest) == bytes)
            let head = try await proxy.ask("/latest/user-data", method: "HEAD", headers: Self.guest)
            #expect(head.status == 200 && head.headers["Content-Length"] == "\(bytes.count)")
        }
    }

    @Test func theRequestIsPassedOnWithFourHeaders() async throws {
        try await withProxy({ _ in Response(.ok) }) { proxy, nova in
            let forged =
                Self.guest + [
                    ("X-Instance-ID", "forged"), ("X-Tenant-ID", "forged"), ("X-Instance-ID-Signature", "forged"),
                    ("X-Metadata-Provider", "forged"), ("Cookie", "c"), ("X-Anything", "a"),
                ]
            #expect(try await proxy.ask("/", headers: forged).status == 200)
            #expect(nova.received.map(\.target) == ["/"])
            _ = try await proxy.ask("/a%2Fb/%2e%2e/c;x?y=%41&z", method: "PUT", headers: forged, body: [1, 2, 3])
            let received = try #require(nova.received.last)
            #expect(received.method == "PUT")
            #expect(received.target == "/a%2Fb/%2e%2e/c;x?y=%41&z")
            #expect(received.body == [1, 2, 3])
            let instance = Sample.instance()
            #expect(
                received.headers.sorted() == [
                    "content-length: 3", "host: 127.0.0.1:\(nova.port)", "x-forwarded-for: 10.0.0.5",
                    "x-instance-id-signature: "
                        + SharedSecrets(current: ServiceFixture.secret).signature(of: "\(instance.id)"),
                    "x-instance-id: \(instance.id)", "x-tenant-id: demo",
                ])
        }
    }

    @Test func aBodyOfAnySizeIsPassedOnWithTheSameHeaders() async throws {
        try await withProxy({ _ in Response(.ok) }) { proxy, nova in
            let body = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 * 13) }
            let headers = Self.guest + [("X-Instance-ID", "forged"), ("Expect", "nothing"), ("Cookie", "c")]
            let answer = try await proxy.ask("/openstack/latest/password", method: "POST", headers: headers, body: body)
            #expect(answer.status == 200)
            let received = try #require(nova.received.last)
            #expect(received.method == "POST" && received.target == "/openstack/latest/password")
            #expect(received.body == body)
            let instance = Sample.instance()
            #expect(
                received.headers.sorted() == [
                    "content-length: 1048576", "host: 127.0.0.1:\(nova.port)", "x-forwarded-for: 10.0.0.5",
                    "x-instance-id-signature: "
                        + SharedSecrets(current: ServiceFixture.secret).signature(of: "\(instance.id)"),
                    "x-instance-id: \(instance.id)", "x-tenant-id: demo",
                ])
        }
    }

    @Test func aLargeBodyOfNobodyIsRefusedAsAnythingElse() async throws {
        try await withProxy({ _ in Response(.ok) }) { proxy, nova in
            let body = [UInt8](repeating: 1, count: 100_000)
            let answer = try await proxy.ask(
                "/", method: "POST", headers: [("X-Forwarded-For", "10.0.0.77")], body: body)
            #expect(answer.status == 404 && answer.headers["Connection"] == "close")
            #expect(nova.received.isEmpty)
        }
    }

    @Test func documentsTakeNoLargeBody() async throws {
        try await ServiceFixture.run { service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            let answer = try await service.ask(
                "/openstack/latest/password", method: "POST", headers: ServiceFixture.signed(Sample.instance()),
                body: [UInt8](repeating: 1, count: 65_537))
            #expect(answer.status == 413)
        }
    }

    /// Neutron's agent loses a body that comes in a segment of its own, and cuts one off at 4096 bytes.
    @Test func aLateAndLongBodyArrivesWhole() async throws {
        try await withProxy({ _ in Response(.ok) }) { proxy, nova in
            let body = String(repeating: "0123456789", count: 3000)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: proxy.port).get()
            let head = "POST /openstack/latest/password HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.5\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: head + "Content-Length: 30000\r\n\r\n"))
            for part in [body.prefix(10), body.dropFirst(10).prefix(9000), body.dropFirst(9010)] {
                try await Task.sleep(for: .milliseconds(30))
                try await channel.writeAndFlush(ByteBuffer(string: String(part)))
            }
            while nova.received.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            #expect(nova.received.first?.body == Array(body.utf8))
            try await channel.close()
        }
    }
}
