import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import OpenStackAPI

/// A service that answers signed requests, asked directly and not as guests reach it.
public struct MetadataEndpoint: Sendable {
    /// `http://HOST:PORT`, `https://HOST:PORT`, or `http+unix://` and the path of a socket, percent-encoded.
    public var url: String
    /// For https.
    public var security: TransportSecurity

    public init(url: String, security: TransportSecurity = TransportSecurity()) {
        self.url = url
        self.security = security
    }

    /// Longer than cloud-init waits.
    static let patience = 11.0

    /// Asks once. Nothing is tried again: what a guest would see is what is wanted.
    func ask(
        _ path: String, headers: HTTPHeaders = [:], patience: Double = patience
    ) async -> Result<MetadataAnswer, AskingFailure> {
        await asking(patience: patience) { client in await ask(path, headers: headers, client, patience) }
    }

    /// Asks for one after the other, then for those that the answers lead to. Ends with the first that gets no answer.
    func ask(
        _ paths: [String], headers: HTTPHeaders, then more: @escaping (MetadataAnswers) -> [String]
    ) async -> MetadataAnswers {
        await asking(patience: Self.patience) { client in
            var all = MetadataAnswers()
            for series in [{ _ in paths }, more] {
                for path in series(all) {
                    switch await ask(path, headers: headers, client, Self.patience) {
                    case .success(let answer): all.answers[path] = answer
                    case .failure(let reason):
                        all.failure = (path, reason)
                        return all
                    }
                }
            }
            return all
        }
    }

    private func asking<Value>(patience: Double, _ body: (HTTPClient) async -> Value) async -> Value {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = try? security.configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let value = await body(client)
        try? await client.shutdown()
        return value
    }

    private func ask(
        _ path: String, headers: HTTPHeaders, _ client: HTTPClient, _ patience: Double
    ) async -> Result<MetadataAnswer, AskingFailure> {
        let start = ContinuousClock.now
        var request = HTTPClientRequest(url: url + path)
        request.headers = headers
        // Some servers, uWSGI among them, end a connection after each answer and do not say so.
        request.headers.replaceOrAdd(name: "Connection", value: "close")
        do {
            let response = try await client.execute(request, timeout: .milliseconds(Int64(patience * 1000)))
            let body = try await response.body.collect(upTo: 1 << 26)
            return .success(
                MetadataAnswer(
                    status: Int(response.status.code), body: Array(body.readableBytesView),
                    took: (ContinuousClock.now - start) / .seconds(1),
                    date: response.headers.first(name: "Date").flatMap(HTTPDate.parse)))
        } catch {
            return .failure(Self.failure(error, waited: (ContinuousClock.now - start) / .seconds(1)))
        }
    }

    /// BoringSSL's reason, `CERTIFICATE_VERIFY_FAILED` for instance, in words.
    private static func reason(ofTLS text: String) -> String {
        guard let name = text.firstMatch(of: /:([A-Z_]{6,}) at/)?.output.1 else { return text }
        return name.lowercased().replacing("_", with: " ")
    }

    private static func failure(_ error: any Error, waited: Double) -> AskingFailure {
        let text = "\(error)"
        if text.contains("SSL") || text.contains("CERTIFICATE") || text.contains("certificate") {
            return .certificate(reason(ofTLS: text))
        }
        switch error as? HTTPClientError {
        case .deadlineExceeded?, .readTimeout?: return .late(waited)
        case .connectTimeout?: return .unreachable("no connection within \(Int(waited)) s")
        case .remoteConnectionClosed?: return .broken("the connection was closed without an answer")
        case let other? where "\(other)".contains("TLS"): return .certificate("\(other)")
        default: break
        }
        if text.contains("refused") || error is IOError || text.contains("NIOConnectionError") {
            return .unreachable(text.contains("refused") ? "connection refused" : text)
        }
        return .broken(text)
    }
}
