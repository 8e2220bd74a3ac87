import Foundation
import OsloConfig

/// Another Nova-compatible metadata service, `http://HOST[:PORT]` or `https://HOST[:PORT]`.
struct UpstreamTarget: Equatable {
    static let expectation = "http://HOST:PORT or https://HOST:PORT"

    /// A name, or an address without brackets.
    var host: String
    /// 80, or 443 for https, where the URL names none.
    var port: Int
    var isSecure: Bool

    init(host: String, port: Int, isSecure: Bool) {
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = port
        self.isSecure = isSecure
    }

    /// Nova as `metadata_agent.ini` names it.
    init(ofAgent configuration: inout Configuration) {
        self.init(
            host: configuration.value(Options.novaMetadataHost), port: configuration.value(Options.novaMetadataPort),
            isSecure: configuration.value(Options.novaMetadataProtocol) == .https)
    }

    init?(_ text: String) {
        guard let url = URLComponents(string: text), url.scheme == "http" || url.scheme == "https",
            let host = url.host, !host.isEmpty, url.path.isEmpty || url.path == "/", url.query == nil, url.user == nil
        else { return nil }
        let isSecure = url.scheme == "https"
        self.init(host: host, port: url.port ?? (isSecure ? 443 : 80), isSecure: isSecure)
    }
}
