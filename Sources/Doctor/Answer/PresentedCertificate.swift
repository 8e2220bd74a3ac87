import Foundation
import InstanceModel
import NetworkNamespaces
import OsloConfig

/// The certificate that a service shows, as openssl(1) tells of it.
struct PresentedCertificate: Sendable, Equatable {
    /// SHA-256, in pairs of digits.
    var fingerprint: String
    var end: Date
    /// Whether it is for the name or address that it was asked by.
    var isForHost: Bool

    /// Nil where there is no openssl, or nobody shows one.
    static func look(_ endpoint: MetadataEndpoint, on host: HostView = HostView()) async -> PresentedCertificate? {
        guard let url = URLComponents(string: endpoint.url), let name = url.host,
            let shown = try? await host.run(["openssl"] + Self.connecting(url))
        else { return nil }
        let address = IPAddress(name.filter { $0 != "[" && $0 != "]" })
        let question = [
            "openssl", "x509", "-noout", "-fingerprint", "-sha256", "-enddate",
            address == nil ? "-checkhost" : "-checkip", address.map { "\($0)" } ?? name,
        ]
        let said = try? await host.run(question, input: shown.output)
        return said.flatMap { PresentedCertificate($0.output) }
    }

    /// What `openssl x509` prints for these options; nil for no certificate.
    init?(_ said: String) {
        guard let match = said.firstMatch(of: /Fingerprint=([0-9A-F:]+)/),
            let end = said.firstMatch(of: /notAfter=(.*)/).flatMap({ Self.time($0.output.1) })
        else { return nil }
        fingerprint = String(match.output.1)
        self.end = end
        isForHost = said.contains("does match certificate")
    }

    var isExpired: Bool { end < Date() }

    /// `Nov  6 08:49:37 2026 GMT`.
    private static func time(_ text: Substring) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "MMM d HH:mm:ss yyyy 'GMT'"
        return formatter.date(from: text.split(separator: " ").joined(separator: " "))
    }

    /// Puts all certificates that the service shows into a file, which can be trusted afterwards.
    static func saving(from url: URLComponents, to file: String) -> String {
        let asking = ShellText.words(["openssl"] + connecting(url))
        return "\(asking) </dev/null 2>/dev/null | sed -n '/-BEGIN/,/-END/p' > \(ShellText.word(file))"
    }

    private static func connecting(_ url: URLComponents) -> [String] {
        let name = url.host ?? ""
        let place = ["s_client", "-showcerts", "-connect", "\(name):\(url.port ?? 443)"]
        // An address is no name of a server (RFC 6066 §3).
        return IPAddress(name.filter { $0 != "[" && $0 != "]" }) == nil ? place + ["-servername", name] : place
    }
}

extension PresentedCertificate: CustomStringConvertible {
    var description: String {
        let mistakes = [
            isExpired ? "expired since \(end.formatted(.iso8601))" : nil, isForHost ? nil : "for another name",
        ].compactMap(\.self)
        return "SHA-256 \(fingerprint)" + mistakes.map { ", \($0)" }.joined()
    }
}

extension EndpointProbe {
    private static let authority = OptionName("DEFAULT", "auth_ca_cert")

    /// Lets whoever signs trust what the service shows, beside its own file.
    func trust(by path: ServicePath) -> Remedy {
        guard let certificate, !certificate.isExpired, certificate.isForHost else {
            return .advice(
                "Give the service at \(endpoint.url) a certificate that is in time and for the name it is asked by.")
        }
        let entry = path.signer?.files.flatMap(\.entries).last { $0.option == Self.authority }
        guard let signer = path.signer, let file = entry?.location.file ?? signer.files.last?.source,
            let url = URLComponents(string: endpoint.url)
        else { return .advice("Compare the fingerprint, then trust the certificate of \(endpoint.url).") }
        let place = URL(filePath: file).deletingLastPathComponent().appending(path: "nova-metadata.pem").path
        let commands = [
            PresentedCertificate.saving(from: url, to: place),
            ShellText.set(Self.authority, to: place, in: file, insteadOf: entry?.location), path.restart(signer),
        ]
        let note = "   # compare SHA-256 \(certificate.fingerprint) with the service's own file first"
        return .command(ShellText.sequence(commands.compactMap(\.self)) + note)
    }
}
