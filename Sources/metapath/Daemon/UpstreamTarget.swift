import ArgumentParser
import Foundation
import OsloConfig

/// Another Nova-compatible metadata service, `http://HOST[:PORT]`.
struct UpstreamTarget: Equatable {
    static let expectation = "http://HOST:PORT"

    var host: String
    /// 80 where the URL names none.
    var port: Int

    init?(_ text: String) {
        guard let url = URLComponents(string: text), url.scheme == "http", let host = url.host, !host.isEmpty,
            url.path.isEmpty || url.path == "/", url.query == nil, url.user == nil
        else { return nil }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = url.port ?? 80
    }
}

/// `--upstream`, for `up` and `proxy`.
struct UpstreamOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pass guests' requests, signed, to this Nova-compatible service instead of answering them here.",
            discussion: "Default: [metapath] upstream, else none.", valueName: "http://HOST:PORT"))
    var upstream: String?

    func target(_ configuration: inout Configuration) throws -> UpstreamTarget? {
        if let upstream {
            guard let target = UpstreamTarget(upstream) else {
                throw ValidationError("--upstream \(upstream): expected \(UpstreamTarget.expectation).")
            }
            return target
        }
        let text = configuration.value(Options.upstream)
        guard !text.isEmpty else { return nil }
        let target = UpstreamTarget(text)
        if target == nil { configuration.reject(Options.upstream, expected: UpstreamTarget.expectation) }
        return target
    }
}
