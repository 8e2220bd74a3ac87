import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A service of the cloud that is asked for JSON with a token.
///
/// Every request has a time-out in which failed connections are tried again; a token that is refused is replaced once.
public struct OpenStackService: Sendable {
    /// Seconds for an answer, unless configured. keystoneauth has no time-out of its own; with none, a service that
    /// hangs would hold every instance that asks: half of what a guest waits for an answer.
    public static let defaultTimeout = 5.0
    /// How often a failed connection is tried again, unless configured (contract nova.md §1.3, `http_retries`).
    public static let defaultRetries = 3
    /// The most octets of one answer, unless set: more than a page of any collection we ask for.
    public static let defaultResponseLimit = 64 << 20
    static let userAgent = "metapath"

    /// What messages call the service, such as `Neutron`.
    let name: String
    let endpoint: ServiceEndpoint
    /// Follows the address unless that ends with it, such as `/v2.0`.
    private let version: String
    private let keystone: Keystone?
    private let serviceUser: Keystone?
    private let session: HTTPSession
    private let responseLimit: Int

    /// - Parameters:
    ///   - name: what messages call the service.
    ///   - endpoint: where it is. An endpoint of the catalogue needs `keystone`.
    ///   - version: the path of the API's version; added to the endpoint's address where that does not end with it.
    ///   - keystone: whose token is shown; nil for none (`auth_type` `none` and `noauth`).
    ///   - serviceUser: whose token is shown besides, as `X-Service-Token`; nil for none.
    ///   - security: how https is spoken with the service.
    ///   - timeout: seconds from a request to the end of its answer, retries included.
    ///   - retries: how often a failed connection is tried again: at once, then after 0.1 s, doubled up to 1 s.
    ///   - responseLimit: octets of one answer.
    /// - Throws: where the certificate of `security` cannot be read.
    public init(
        name: String, endpoint: ServiceEndpoint, version: String, keystone: Keystone?, serviceUser: Keystone? = nil,
        security: TransportSecurity = TransportSecurity(), timeout: Double = defaultTimeout,
        retries: Int = defaultRetries, responseLimit: Int = defaultResponseLimit, eventLoopGroup: any EventLoopGroup
    ) throws {
        self.name = name
        self.endpoint = endpoint
        self.version = version
        self.keystone = keystone
        self.serviceUser = serviceUser
        self.session = try HTTPSession(
            security: security, timeout: timeout, retries: retries, eventLoopGroup: eventLoopGroup)
        self.responseLimit = responseLimit
    }

    /// Ends the connections to the service and the sessions with Keystone.
    public func shutdown() async throws {
        try await session.shutdown()
        try await keystone?.shutdown()
        try await serviceUser?.shutdown()
    }

    /// The service's address with the version, without a slash at its end.
    /// - Throws: ``OpenStackAPIError`` where the catalogue has none that fits.
    public func address() async throws -> String {
        try await address(keystone?.access())
    }

    /// The JSON at `path`.
    /// - Parameters:
    ///   - path: below the version, such as `ports`.
    ///   - query: in this order; names may repeat.
    /// - Throws: ``OpenStackAPIError``; `CancellationError`.
    public func get<Answer: Decodable & Sendable>(
        _ type: Answer.Type = Answer.self, _ path: String, query: [URLQueryItem] = []
    ) async throws -> Answer {
        try await get(path, queryText: URLText.query(query)) { try JSONDecoder().decode(type, from: $0) }
    }

    /// - Parameters:
    ///   - queryText: percent-encoded.
    ///   - decode: reads the answer's body.
    func get<Answer>(
        _ path: String, queryText: String, decode: (Data) throws -> Answer
    ) async throws -> Answer {
        let reference = "req-\(UUID().uuidString.lowercased())"
        let target = queryText.isEmpty ? path : "\(path)?\(queryText)"
        var (answer, asked) = try await ask(target, reference)
        if answer.status == .unauthorized, keystone != nil {
            await keystone?.forget(asked.token)
            await serviceUser?.forget(asked.serviceToken)
            (answer, asked) = try await ask(target, reference)
        }
        return try read(answer, at: asked.url, reference, decode)
    }
}

extension OpenStackService {
    /// What a request was made of, for the case that it is refused.
    private typealias Asked = (token: String, serviceToken: String, url: String)

    private func ask(_ target: String, _ reference: String) async throws -> (HTTPAnswer, Asked) {
        let token = try await keystone?.access()
        let serviceToken = try await serviceUser?.token()
        let url = "\(try address(token))/\(target)"
        var request = HTTPClientRequest(url: url)
        request.headers = [
            "Accept": "application/json", "User-Agent": Self.userAgent, "X-OpenStack-Request-ID": reference,
        ]
        if let token { request.headers.add(name: "X-Auth-Token", value: token.id) }
        if let serviceToken { request.headers.add(name: "X-Service-Token", value: serviceToken) }
        let answer = try await session.send(request, limit: responseLimit)
        return (answer, (token?.id ?? "", serviceToken ?? "", url))
    }

    private func address(_ token: KeystoneToken?) throws -> String {
        let written: String
        switch endpoint {
        case .address(let address): written = address
        case .catalogue(let wanted):
            guard let token else {
                throw OpenStackAPIError(
                    .noEndpoint, "\(name): expected endpoint_override, since without a token there is no catalogue")
            }
            written = try token.catalogue.address(of: wanted)
        }
        let address = URLText.trimmed(written)
        return address.hasSuffix(version) ? address : address + version
    }

    private func read<Answer>(
        _ answer: HTTPAnswer, at url: String, _ reference: String, _ decode: (Data) throws -> Answer
    ) throws -> Answer {
        let place = "\(name) at \(URLText.shown(url))"
        guard answer.status == .ok else {
            throw OpenStackAPIError(
                .refused(status: Int(answer.status.code), fault: answer.fault?.name),
                "\(place): expected 200, found \(answer.shownStatus); \(remedy(answer.status)) (\(reference))")
        }
        do {
            return try decode(answer.data)
        } catch {
            throw OpenStackAPIError(
                .unreadable,
                "\(place): expected the JSON of \(name)'s API, found \(answer.shownBody) "
                    + "(\(shownDecodingError(error))); check that the address is \(name)'s (\(reference))")
        }
    }

    private func remedy(_ status: HTTPResponseStatus) -> String {
        switch status {
        case .unauthorized where keystone == nil: "set an auth_type, since the service wants a token"
        case .unauthorized: "two tokens were refused: check that auth_url is the Keystone that \(name) asks"
        case .forbidden: "give the account the role admin or service"
        case .notFound, .multipleChoices: "check that the address is \(name)'s"
        default: "see \(name)'s log"
        }
    }
}
