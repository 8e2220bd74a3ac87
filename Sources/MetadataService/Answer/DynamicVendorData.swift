import AsyncHTTPClient
import Logging
import MetadataDocuments
import NIOCore
import NIOHTTP1
import OpenStackAPI

/// The services that `vendor_data2.json` asks about an instance each time it is read (contract nova.md §8.2).
public struct DynamicVendorData: Sendable {
    /// One service: the key its document stands under, and where to post.
    public struct Target: Sendable, Equatable {
        public var name: String
        public var url: String

        public init(name: String, url: String) {
            self.name = name
            self.url = url
        }
    }

    /// The most that a service may answer, in octets.
    private static let responseLimit = 4 << 20

    private let targets: [Target]
    private let client: HTTPClient
    private let readTimeout: TimeAmount
    private let failureFatal: Bool
    private let keystone: Keystone?
    private let logger: Logger

    /// - Parameters:
    ///   - targets: asked all at once; their documents keep this order. Of two with one name only the first is asked.
    ///   - security: how https targets are spoken with.
    ///   - connectTimeout: seconds, at least 1.
    ///   - readTimeout: seconds.
    ///   - failureFatal: one failed target fails the document instead of showing as `{}`.
    ///   - keystone: whose token the targets are shown; nil for none.
    /// - Throws: where the certificate of `security` cannot be read.
    public init(
        targets: [Target], security: TransportSecurity = TransportSecurity(), connectTimeout: Int, readTimeout: Int,
        failureFatal: Bool, keystone: Keystone? = nil, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try security.configuration())
        configuration.timeout = .init(connect: .seconds(Int64(connectTimeout)), read: .seconds(Int64(readTimeout)))
        // A target that refuses the connection has answered; it is asked again with the next request.
        configuration.connectionPool.retryConnectionEstablishment = false
        var seen: Set<String> = []
        self.targets = targets.filter { seen.insert($0.name).inserted }
        self.client = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
        self.readTimeout = .seconds(Int64(connectTimeout + readTimeout))
        self.failureFatal = failureFatal
        self.keystone = keystone
        self.logger = logger
    }

    public func shutdown() async throws {
        try await client.shutdown()
        try await keystone?.shutdown()
    }

    /// Reaches a target without asking it about an instance: any answer to a HEAD will do.
    /// - Returns: what it answered, for an operator.
    public func check(_ target: Target) async throws -> String {
        var request = HTTPClientRequest(url: target.url)
        request.method = .HEAD
        let response = try await client.execute(request, timeout: readTimeout, logger: logger)
        return "\(target.url) is there (\(response.status.code) to a HEAD)"
    }

    /// Each target's document, in order; nil when one failed and failures are fatal.
    /// - Parameter body: ``InstanceDocuments/vendorDataRequest``.
    func documents(sending body: [UInt8]) async -> [VendorData2.Target]? {
        let answers = await withTaskGroup(of: (Int, [UInt8]?).self) { group in
            for (index, target) in targets.enumerated() {
                group.addTask { (index, await ask(target, body)) }
            }
            return await group.reduce(into: [[UInt8]?](repeating: nil, count: targets.count)) { $0[$1.0] = $1.1 }
        }
        guard !failureFatal || answers.allSatisfy({ $0 != nil }) else { return nil }
        return zip(targets, answers).map {
            VendorData2.Target(name: $0.name, document: $1 ?? StaticVendorData.emptyObject)
        }
    }

    /// Nil, with a warning in the log, when the target gives no document.
    private func ask(_ target: Target, _ body: [UInt8]) async -> [UInt8]? {
        do {
            var request = HTTPClientRequest(url: target.url)
            request.method = .POST
            request.headers = [
                "Content-Type": "application/json", "Accept": "application/json",
                "User-Agent": "openstack-nova-vendordata",
            ]
            request.body = .bytes(body)
            let response = try await execute(request)
            guard response.status.code < 400 else { throw Failure("it answered \(response.status)") }
            let answer = try await response.body.collect(upTo: Self.responseLimit)
            guard answer.readableBytes > 0 else { return StaticVendorData.emptyObject }
            return try JSONValue(parsing: Array(answer.readableBytesView)).serialised()
        } catch {
            logger.warning("dynamic vendor data: no document from “\(target.name)”: \(error)")
            return nil
        }
    }

    /// A token that is refused may have been revoked: another is tried once.
    private func execute(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard let keystone else { return try await client.execute(request, timeout: readTimeout, logger: logger) }
        var request = request
        let token = try await keystone.token()
        request.headers.replaceOrAdd(name: "X-Auth-Token", value: token)
        let response = try await client.execute(request, timeout: readTimeout, logger: logger)
        guard response.status == .unauthorized else { return response }
        await keystone.forget(token)
        request.headers.replaceOrAdd(name: "X-Auth-Token", value: try await keystone.token())
        return try await client.execute(request, timeout: readTimeout, logger: logger)
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
