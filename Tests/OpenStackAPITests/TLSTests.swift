import Foundation
import NIOPosix
import NIOSSL
import Testing

@testable import OpenStackAPI

/// https with `cafile`, `insecure`, `certfile` and `keyfile`, over real connections; certificates made by openssl.
@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private let files: Certificates

    init() throws {
        files = try Certificates()
    }

    private func ask(_ security: TransportSecurity, clientCertificate: Bool = false) async throws -> OpenStackAPIError?
    {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.path("server.pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.path("server.key"), format: .pem)))
        if clientCertificate {
            tls.trustRoots = .file(files.path("ca.pem"))
            tls.certificateVerification = .noHostnameVerification
        }
        let server = try await StubServer(tls: try NIOSSLContext(configuration: tls)) { _ in .json(#"{"ports": []}"#) }
        let neutron = try Neutron(
            endpoint: .address("https://127.0.0.1:\(server.port)"), keystone: nil, security: security,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        return try await ending({
            try await neutron.shutdown()
            try await server.close()
        }) { await failure { try await neutron.ports(PortFilter()) } }
    }

    @Test func aCertificateOfTheNamedCAIsTrusted() async throws {
        #expect(try await ask(TransportSecurity(caFile: files.path("ca.pem"))) == nil)
    }

    @Test(arguments: [nil, "client.pem"])
    func anotherIsNot(_ caFile: String?) async throws {
        let start = ContinuousClock.now
        let error = try await ask(TransportSecurity(caFile: caFile.map(files.path)))
        #expect(error?.kind == .insecure)
        #expect(error?.description.contains("cafile") == true)
        #expect(start.duration(to: .now) < .seconds(4))
    }

    @Test func insecureTrustsAny() async throws {
        #expect(try await ask(TransportSecurity(insecure: true)) == nil)
    }

    @Test func aServerThatWantsToSeeACertificateIsShownOurs() async throws {
        let mine = TransportSecurity(
            caFile: files.path("ca.pem"), certificateFile: files.path("client.pem"),
            keyFile: files.path("client.key"))
        #expect(try await ask(mine, clientCertificate: true) == nil)
        #expect(try await ask(TransportSecurity(caFile: files.path("ca.pem")), clientCertificate: true) != nil)
    }

    @Test func filesThatCannotBeUsedAreNamed() {
        let good = TransportSecurity(
            caFile: files.path("ca.pem"), certificateFile: files.path("client.pem"),
            keyFile: files.path("client.key"))
        #expect(good.mistakes().isEmpty)
        #expect(TransportSecurity(caFile: files.directory).mistakes().isEmpty)
        let bad = TransportSecurity(
            caFile: files.path("none"), certificateFile: files.path("ca.key"), keyFile: files.path("ca.pem"))
        #expect(bad.mistakes().map(\.file) == [.caFile, .certificateFile, .keyFile])
        let keyless = TransportSecurity(certificateFile: files.path("client.pem"))
        #expect(keyless.mistakes().map(\.file) == [.certificateFile])
    }
}

/// A CA, and what it signed: `server` for 127.0.0.1, `client`. Removed at the end.
private final class Certificates: Sendable {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "metapath-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try make("ca", signedBy: [])
        for name in ["server", "client"] {
            try make(
                name,
                signedBy: ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-addext", "subjectAltName=IP:127.0.0.1"])
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func make(_ name: String, signedBy: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
            ] + signedBy
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl req, for \(name)")
    }
}
