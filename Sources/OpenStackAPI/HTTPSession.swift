import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A whole answer.
struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: ByteBuffer
}

/// The way to one service: how TLS is spoken, how long an answer may take, how often a connection is tried.
struct HTTPSession: Sendable {
    /// Below the keep-alive time of common servers (5 s), so that a request seldom meets a connection being closed.
    private static let idleTimeout = TimeAmount.seconds(4)
    /// Many instances may ask at once; requests beyond these wait, within their time-out.
    private static let connections = 32

    private let client: HTTPClient
    /// Seconds.
    let timeout: Double
    let retries: Int

    /// - Parameters:
    ///   - timeout: seconds from a request to the end of its answer, retries included.
    ///   - retries: how often a failed connection is tried again.
    /// - Throws: where the certificate of `security` cannot be read.
    init(security: TransportSecurity, timeout: Double, retries: Int, eventLoopGroup: any EventLoopGroup) throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try security.configuration())
        // An address that swallows packets leaves time for one more try.
        configuration.timeout.connect = .nanoseconds(Int64(timeout / 2 * 1e9))
        // A token or a password must not follow to wherever an answer points.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.idleTimeout = Self.idleTimeout
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connections
        // Tries are counted here.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        self.client = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
        self.timeout = timeout
        self.retries = retries
    }

    func shutdown() async throws {
        try await client.shutdown()
    }

    /// The answer to `request`, whatever its status.
    /// - Parameter limit: octets of the body.
    /// - Throws: ``OpenStackAPIError``, or `CancellationError`.
    func send(_ request: HTTPClientRequest, limit: Int) async throws -> HTTPAnswer {
        do {
            return try await withThrowingTaskGroup(of: HTTPAnswer?.self) { group in
                group.addTask { try await self.retrying(request, limit: limit) }
                group.addTask {
                    try await Task.sleep(for: .seconds(timeout))
                    return nil
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() ?? nil else { throw timedOut(request) }
                return answer
            }
        } catch {
            throw Task.isCancelled ? CancellationError() : described(error, request, limit: limit)
        }
    }

    private func retrying(_ request: HTTPClientRequest, limit: Int) async throws -> HTTPAnswer {
        var failures = 0
        while true {
            do {
                return try await exchange(request, limit: limit)
            } catch {
                guard failures < retries, Self.isConnectionFailure(error) else { throw error }
                failures += 1
                try await Task.sleep(for: Self.pause(beforeRetry: failures))
            }
        }
    }

    private func exchange(_ request: HTTPClientRequest, limit: Int) async throws -> HTTPAnswer {
        let response = try await client.execute(request, deadline: .distantFuture)
        return HTTPAnswer(
            status: response.status, headers: response.headers, body: try await response.body.collect(upTo: limit))
    }

    /// The first retry is immediate, for a connection that had become stale; then 0.1 s, doubled up to 1 s.
    static func pause(beforeRetry number: Int) -> Duration {
        number <= 1 ? .zero : .milliseconds(min(1000, 100 << min(number - 2, 4)))
    }
}
