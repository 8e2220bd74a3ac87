import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A session with Keystone: one token for all who need one, renewed before it ends, and the catalogue that came with it.
public actor Keystone {
    /// Seconds for a token, unless configured.
    public static let defaultTimeout = 10.0
    /// The most that Keystone may answer, in octets; a large cloud's catalogue is some hundred thousand.
    private static let responseLimit = 8 << 20

    private typealias Waiter = CheckedContinuation<KeystoneToken, any Error>

    private let credentials: KeystoneCredentials
    private let session: HTTPSession
    private var current: KeystoneToken?
    /// Who waits for the request that is on its way. One who gives up leaves the request to the others.
    private var waiters: [UUID: Waiter] = [:]
    private var isFetching = false

    /// - Parameters:
    ///   - timeout: seconds until a request for a token is given up, retries included.
    ///   - connectionRetries: how often a failed connection is tried again.
    /// - Throws: where the certificate of `security` cannot be read.
    public init(
        credentials: KeystoneCredentials, security: TransportSecurity = TransportSecurity(),
        timeout: Double = defaultTimeout, connectionRetries: Int = 0, eventLoopGroup: any EventLoopGroup
    ) throws {
        self.credentials = credentials
        self.session = try HTTPSession(
            security: security, timeout: timeout, retries: connectionRetries, eventLoopGroup: eventLoopGroup)
    }

    /// The value for `X-Auth-Token`. Callers who come while it is being fetched share the one request.
    /// - Throws: ``OpenStackAPIError``; `CancellationError` at once when the caller is cancelled.
    public func token() async throws -> String {
        try await access().id
    }

    /// The address of a service, from the catalogue of the current token.
    /// - Throws: ``OpenStackAPIError``, also where no endpoint fits.
    public func address(of wanted: EndpointSelector) async throws -> String {
        try await access().catalogue.address(of: wanted)
    }

    /// A service refused the token: the next one who asks gets another.
    public func forget(_ token: String) {
        if current?.id == token { current = nil }
    }

    public func shutdown() async throws {
        try await session.shutdown()
    }

    /// A token that can be used now.
    func access() async throws -> KeystoneToken {
        if let current, current.isUsable(at: Date()) { return current }
        let id = UUID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                waiters[id] = waiter
                fetch()
            }
        } onCancel: {
            Task { await giveUp(id) }
        }
    }
}

extension Keystone {
    private func giveUp(_ id: UUID) {
        waiters.removeValue(forKey: id)?.resume(throwing: CancellationError())
    }

    /// Starts a request unless one is on its way. It belongs to no caller, so that none can cancel it; the session's
    /// time-out ends it.
    private func fetch() {
        guard !isFetching else { return }
        isFetching = true
        Task {
            let result: Result<KeystoneToken, any Error>
            do {
                result = .success(try await issue())
            } catch {
                result = .failure(error)
            }
            settle(result)
        }
    }

    private func settle(_ result: Result<KeystoneToken, any Error>) {
        isFetching = false
        if case .success(let token) = result { current = token }
        let settled = waiters
        waiters = [:]
        for waiter in settled.values { waiter.resume(with: result) }
    }

    private func issue() async throws -> KeystoneToken {
        var request = HTTPClientRequest(url: credentials.tokensURL)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json", "Accept": "application/json",
            "User-Agent": OpenStackService.userAgent,
        ]
        request.body = .bytes(ByteBuffer(bytes: try credentials.requestBody()))
        return try read(try await session.send(request, limit: Self.responseLimit))
    }

    private func read(_ answer: HTTPAnswer) throws -> KeystoneToken {
        let place = "Keystone at \(URLText.shown(credentials.tokensURL))"
        guard answer.status == .created || answer.status == .ok else {
            throw OpenStackAPIError(
                .refused(status: Int(answer.status.code), fault: answer.fault?.name),
                "\(place): expected 201 and a token, found \(answer.shownStatus); \(Self.remedy(answer.status))")
        }
        guard let id = answer.headers.first(name: "X-Subject-Token") else {
            throw OpenStackAPIError(
                .unreadable,
                "\(place): expected the header X-Subject-Token, found none; check that auth_url is Keystone's address")
        }
        do {
            return try KeystoneToken(id: id, body: answer.data)
        } catch {
            throw OpenStackAPIError(
                .unreadable,
                "\(place): expected a token in JSON, found \(answer.shownBody) (\(shownDecodingError(error))); "
                    + "check that auth_url is Keystone's address")
        }
    }

    private static func remedy(_ status: HTTPResponseStatus) -> String {
        switch status {
        case .unauthorized: "check user, password, project and their domains"
        case .forbidden: "check that the account has a role in its project"
        case .notFound, .multipleChoices: "check that auth_url is Keystone's address, such as https://HOST/identity/v3"
        default: "see Keystone's log"
        }
    }
}
