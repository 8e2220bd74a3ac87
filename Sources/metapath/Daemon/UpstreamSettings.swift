import HTTPWire
import Logging
import NIOCore
import NIOSSL
import OpenStackAPI
import OsloConfig

/// The services that answer instead of us, and how they are spoken with.
struct UpstreamSettings {
    enum Scheme: String, CaseIterable, Sendable { case http, https }

    /// One or several.
    var targets: [UpstreamTarget]
    /// For those that are `https`.
    var security: TransportSecurity
    /// Seconds from a request to its answer.
    var timeout: Int
    /// Seconds until a connection is given up; nil: ours.
    var connectTimeout: Int?

    init(_ targets: [UpstreamTarget], _ configuration: inout Configuration) {
        self.targets = targets
        timeout = Self.timeout(&configuration)
        connectTimeout = configuration.value(Options.timeoutConnect)
        security = TransportSecurity(insecure: configuration.value(Options.novaMetadataInsecure))
        let authority = configuration.value(Options.authCACertificate)
        if !authority.isEmpty { security.caFile = authority }
        let certificate = configuration.value(Options.novaClientCertificate)
        let key = configuration.value(Options.novaClientKey)
        // As Neutron's agent: a certificate without its key, or the reverse, is none (contract neutron.md §3.5).
        if !certificate.isEmpty, !key.isEmpty {
            security.certificateFile = certificate
            security.keyFile = key
        }
        guard targets.contains(where: \.isSecure) else { return }
        for mistake in security.mistakes() {
            configuration.reject(Self.option(mistake.file), expected: mistake.expectation)
        }
    }

    /// Connections to the services; nothing is connected yet.
    /// - Throws: `NIOSSLError` where a certificate cannot be read.
    func pool(on group: any EventLoopGroup, logger: Logger) throws -> UpstreamPool {
        let tls = targets.contains(where: \.isSecure) ? try NIOSSLContext(configuration: security.configuration()) : nil
        let endpoints = targets.map { target in
            UpstreamEndpoint(.tcp(host: target.host, port: target.port), tls: target.isSecure ? tls : nil)
        }
        var limits = UpstreamLimits()
        limits.responseTimeout = .seconds(Int64(timeout))
        let connectTimeout = connectTimeout.map { TimeAmount.seconds(Int64($0)) } ?? limits.connectTimeout
        limits.connectTimeout = min(connectTimeout, limits.responseTimeout)
        return UpstreamPool(endpoints, group: group, limits: limits) { endpoint, reason in
            if let reason {
                logger.warning("upstream service is down", metadata: ["reason": "\(reason)"])
            } else {
                logger.notice("upstream service is up again", metadata: ["service": "\(endpoint)"])
            }
        }
    }

    /// Ours, unless only the haproxies' is set.
    private static func timeout(_ configuration: inout Configuration) -> Int {
        let own = configuration.value(Options.upstreamTimeout)
        let haproxys = configuration.value(Options.timeoutServer)
        return configuration.entry(of: Options.upstreamTimeout) == nil ? haproxys ?? own : own
    }

    private static func option(_ file: TransportSecurity.File) -> ConfigOption<String> {
        switch file {
        case .caFile: Options.authCACertificate
        case .certificateFile: Options.novaClientCertificate
        case .keyFile: Options.novaClientKey
        }
    }
}
