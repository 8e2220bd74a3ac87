import Foundation
import NIOSSL

/// How https is spoken with a service: the options `cafile`, `insecure`, `certfile` and `keyfile` of keystoneauth.
public struct TransportSecurity: Sendable, Equatable {
    /// PEM bundle that servers are checked against; nil for the system's.
    public var caFile: String?
    /// True: servers are not checked at all.
    public var insecure: Bool
    /// PEM certificate chain to show to servers that ask; nil for none.
    public var certificateFile: String?
    /// PEM key of that certificate; nil where it is in the same file.
    public var keyFile: String?

    public init(
        caFile: String? = nil, insecure: Bool = false, certificateFile: String? = nil, keyFile: String? = nil
    ) {
        self.caFile = caFile
        self.insecure = insecure
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// - Throws: `NIOSSLError` where the certificate or its key cannot be read.
    public func configuration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let caFile { tls.trustRoots = .file(caFile) }
        if insecure { tls.certificateVerification = .none }
        if let certificateFile {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile ?? certificateFile, format: .pem))
        }
        return tls
    }
}

extension TransportSecurity {
    /// A file, by the name of its option.
    public enum File: String, Sendable, CaseIterable {
        case caFile = "cafile"
        case certificateFile = "certfile"
        case keyFile = "keyfile"
    }

    /// The files that cannot be used, and what each should be. Reads them.
    public func mistakes() -> [(file: File, expectation: String)] {
        var mistakes: [(file: File, expectation: String)] = []
        if let caFile, !insecure, !Self.holdsCertificates(caFile), !Self.isDirectory(caFile) {
            mistakes.append((.caFile, "a readable file of CA certificates in PEM"))
        }
        guard let certificateFile else { return mistakes }
        if !Self.holdsCertificates(certificateFile) {
            mistakes.append((.certificateFile, "a readable file with a certificate in PEM"))
        }
        if let keyFile {
            if !Self.holdsKey(keyFile) { mistakes.append((.keyFile, "a readable file with a key in PEM")) }
        } else if mistakes.last?.file != .certificateFile, !Self.holdsKey(certificateFile) {
            mistakes.append((.certificateFile, "a certificate and its key in PEM, or keyfile besides"))
        }
        return mistakes
    }

    private static func holdsKey(_ path: String) -> Bool {
        (try? NIOSSLPrivateKey(file: path, format: .pem)) != nil
    }

    private static func holdsCertificates(_ path: String) -> Bool {
        ((try? NIOSSLCertificate.fromPEMFile(path)) ?? []).isEmpty == false
    }

    /// A directory of hashed certificates, as OpenSSL reads it.
    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
