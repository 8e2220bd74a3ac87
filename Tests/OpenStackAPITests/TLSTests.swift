import Foundation
import NIOPosix
import NIOSSL
import TestSupport
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
        let error = try await ask(TransportSecurity(caFile: caFile.map(files.path)))
        #expect(error?.kind == .insecure)
        #expect(error?.description.contains("cafile") == true)
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
