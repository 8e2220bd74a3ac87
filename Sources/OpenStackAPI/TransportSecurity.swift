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
