import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import HTTPWire

/// https to ``StubUpstream``: CA file, no verification, client certificate.
@Suite(.timeLimit(.minutes(1))) struct UpstreamTLSTests {
    private let files: Certificates

    init() throws {
        files = try Certificates()
    }

    private func client(
        authority: String? = nil, isChecked: Bool = true, shows certificate: String? = nil
    ) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority { tls.trustRoots = .file(files.path(authority)) }
        if !isChecked { tls.certificateVerification = .none }
        if let certificate {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(files.path("\(certificate).pem"))
                .map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.path("\(certificate).key"), format: .pem))
        }
        return try NIOSSLContext(configuration: tls)
    }

    private func ask(_ client: NIOSSLContext, wantsCertificate: Bool = false) async throws -> Result<Int, UpstreamError>
    {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.path("server.pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.path("server.key"), format: .pem)))
        if wantsCertificate {
            tls.trustRoots = .file(files.path("ca.pem"))
            tls.certificateVerification = .noHostnameVerification
        }
        let server = try NIOSSLContext(configuration: tls)
        return try await withEventLoops { group in
            let stub = StubUpstream { _ in .reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
            let (address, _) = try await stub.start(on: group, tls: server)
            let endpoint = UpstreamEndpoint(.tcp(host: address.host, port: address.port), tls: client)
            let pool = UpstreamPool([endpoint], group: group)
            do throws(UpstreamError) {
                let first = try await pool.ask(on: group.any()).status.code
                _ = try await pool.ask(on: group.any())
                #expect(stub.received.map(\.connection) == [1, 1])
                return .success(first)
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func aCertificateOfTheNamedCAIsTrusted() async throws {
        #expect(try await ask(try client(authority: "ca.pem")).get() == 200)
    }

    @Test(arguments: [nil, "client.pem"])
    func anotherIsNot(_ authority: String?) async throws {
        guard case .failure(.unreachable(let reason)) = try await ask(try client(authority: authority)) else {
            return #expect(Bool(false), "was trusted")
        }
        #expect(reason.contains("https://127.0.0.1:"))
    }

    @Test func withoutVerificationAnyIs() async throws {
        #expect(try await ask(try client(isChecked: false)).get() == 200)
    }

    @Test func aServiceThatWantsACertificateIsShownOurs() async throws {
        let showing = try client(authority: "ca.pem", shows: "client")
        #expect(try await ask(showing, wantsCertificate: true).get() == 200)
        let result = try await ask(try client(authority: "ca.pem"), wantsCertificate: true)
        #expect(throws: UpstreamError.self) { try result.get() }
    }
}

extension UpstreamPool {
    /// Sends a request of a test on one of the pool's loops.
    func ask(
        on loop: any EventLoop, _ method: String = "GET", _ target: String = "/", body: String = ""
    ) async throws(UpstreamError) -> Response {
        let sent = loop.flatSubmit {
            Array(method.utf8).withUnsafeBytes { method in
                Array(target.utf8).withUnsafeBytes { target in
                    Array(body.utf8).withUnsafeBytes { body in
                        self.client(on: loop).send(method: method, target: target, fields: HeaderFields(), body: body)
                    }
                }
            }
        }
        do {
            return try await sent.get()
        } catch {
            throw error as? UpstreamError ?? .badResponse("\(error)")
        }
    }
}
