import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A session with Keystone: one token for all who need one, renewed before it ends.
public actor Keystone {
    /// Seconds for a token, unless configured.
    public static let defaultTimeout = 10.0
    /// The most that Keystone may answer, in octets; a large cloud's catalogue is some hundred thousand.
    private static let responseLimit = 8 << 20

    private let credentials: KeystoneCredentials
    private let client: HTTPClient
    private let timeout: TimeAmount
    private var current: KeystoneToken?
    private var fetching: Task<KeystoneToken, any Error>?

    /// - Parameter timeout: seconds until a request for a token is given up.
    /// - Throws: where the certificate of `security` cannot be read.
    public init(
        credentials: KeystoneCredentials, security: TransportSecurity = TransportSecurity(),
        timeout: Double = defaultTimeout, eventLoopGroup: any EventLoopGroup
    ) throws {
        self.credentials = credentials
        self.timeout = .milliseconds(Int64(timeout * 1000))
        self.client = HTTPClient(
            eventLoopGroup: eventLoopGroup,
            configuration: HTTPClient.Configuration(tlsConfiguration: try security.configuration()))
    }

    /// The value for `X-Auth-Token`. Callers who come while it is being fetched share the one request.
    /// - Throws: ``KeystoneError``, or what the connection failed with.
    public func token() async throws -> String {
        if let current, current.isUsable(at: Date()) { return current.id }
        if let fetching { return try await fetching.value.id }
        let task = Task { try await issue() }
        fetching = task
        defer { fetching = nil }
        let token = try await task.value
        current = token
        return token.id
    }

    /// A service refused the token: the next one who asks gets another.
    public func forget(_ token: String) {
        if current?.id == token { current = nil }
    }

    public func shutdown() async throws {
        try await client.shutdown()
    }

    private func issue() async throws -> KeystoneToken {
        var request = HTTPClientRequest(url: credentials.tokensURL)
        request.method = .POST
        request.headers = ["Content-Type": "application/json", "Accept": "application/json"]
        request.body = .bytes(ByteBuffer(bytes: try credentials.requestBody()))
        let response = try await client.execute(request, timeout: timeout)
        let body = try await response.body.collect(upTo: Self.responseLimit)
        guard response.status == .created || response.status == .ok else {
            throw KeystoneError(
                "Keystone at \(credentials.tokensURL) gave no token: expected 201, found \(response.status)"
                    + (response.status == .unauthorized ? "; check user, password, project and their domains" : ""))
        }
        guard let id = response.headers.first(name: "X-Subject-Token") else {
            throw KeystoneError(
                "\(credentials.tokensURL) answered without X-Subject-Token; is it the address of Keystone?")
        }
        do {
            return try KeystoneToken(id: id, body: Data(body.readableBytesView))
        } catch {
            throw KeystoneError("Keystone at \(credentials.tokensURL) answered what is no token: \(error)")
        }
    }
}
