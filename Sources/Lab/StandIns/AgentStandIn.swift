import AsyncHTTPClient
import Foundation
import Identification
import InstanceModel
import NIOCore
import NIOHTTP1
import NIOPosix
import NetworkNamespaces
import OpenStackAPI

/// Stands in for Neutron's metadata agent in a lab, with what is known to be defective in it: a backlog of 5, and gzip
/// unpacked on its way to the guest (contract neutron.md §3).
public struct AgentStandIn: Sendable {
    /// As `metadata_agent.ini` has them.
    public struct Settings: Sendable {
        public var socket: String
        public var secret: String
        /// `http://HOST:PORT` of Nova.
        public var nova: String
        public var security: TransportSecurity
        /// Ports as ``NeutronStandIn`` has them.
        public var portsFile: String

        public init(socket: String, secret: String, nova: String, security: TransportSecurity, portsFile: String) {
            self.socket = socket
            self.secret = secret
            self.nova = nova
            self.security = security
            self.portsFile = portsFile
        }
    }

    private let settings: Settings
    /// What it writes where Nova's answer is empty; nil: nothing.
    private let emptyAs: String?
    private let client: HTTPClient

    public init(_ settings: Settings, emptyAs: String? = nil) throws {
        self.settings = settings
        self.emptyAs = emptyAs
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = try settings.security.configuration()
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Serves until the task is cancelled.
    public func run() async throws {
        let listener = try await StandInServer.bootstrap(backlog: 5)
            .bind(
                unixDomainSocketPath: settings.socket, cleanupExistingSocketFile: true,
                childChannelInitializer: StandInServer.initialise)
        try await StandInServer(answer: answer, closes: true).run(listener)
    }

    @Sendable
    private func answer(_ request: StandInServer.Request) async -> StandInServer.Reply? {
        guard let scope = Self.scope(request.head.headers), let address = Self.address(request.head.headers) else {
            return nil
        }
        let found = ports(scope, address)
        guard found.count == 1, let instance = found[0].text("device_id"), !instance.isEmpty else {
            return Self.page(.notFound, "Instance was not found on \(scope.kind) \(scope.id).")
        }
        return await forward(request, instance: instance, project: found[0].text("project_id") ?? "", address)
    }

    // MARK: who asks

    private struct ScopeName {
        var kind: String
        var id: String
    }

    private static func scope(_ headers: HTTPHeaders) -> ScopeName? {
        for (header, kind) in [("X-Neutron-Router-ID", "router"), ("X-Neutron-Network-ID", "network")] {
            if let id = headers.first(name: header) { return ScopeName(kind: kind, id: id) }
        }
        return nil
    }

    private static func address(_ headers: HTTPHeaders) -> IPAddress? {
        headers.first(name: "X-Forwarded-For").flatMap { text in
            IPAddress(text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text)
        }
    }

    private func ports(_ scope: ScopeName, _ address: IPAddress) -> [PortRecord] {
        let ports = PortRecord.read(settings.portsFile)
        let networks =
            scope.kind == "network"
            ? [scope.id] : ports.filter { $0.text("device_id") == scope.id }.compactMap { $0.text("network_id") }
        return ports.filter { port in
            guard let network = port.text("network_id"), networks.contains(network) else { return false }
            return port.addresses.contains { IPAddress($0) == address }
                || address.isLinkLocalIPv6
                    && port.text("mac_address").flatMap { MACAddress($0) }?.linkLocalAddress == address
        }
    }

    // MARK: Nova

    private func forward(
        _ request: StandInServer.Request, instance: String, project: String, _ address: IPAddress
    ) async -> StandInServer.Reply {
        var forwarded = HTTPClientRequest(url: settings.nova + request.head.uri)
        forwarded.method = request.head.method
        forwarded.headers = [
            "X-Instance-ID": instance, "X-Tenant-ID": project, "X-Forwarded-For": "\(address)",
            "X-Instance-ID-Signature": SharedSecrets(current: settings.secret).signature(of: instance),
        ]
        if request.body.readableBytes > 0 { forwarded.body = .bytes(request.body) }
        do {
            let answer = try await client.execute(forwarded, timeout: .seconds(60))
            let body = try await answer.body.collect(upTo: 1 << 26)
            let kind = answer.headers.first(name: "Content-Type") ?? "text/plain"
            return StandInServer.Reply(
                status: answer.status, headers: ["Content-Type": kind], body: Self.unpacked(filled(body)))
        } catch {
            return Self.page(
                .serviceUnavailable,
                "The remote metadata server is temporarily unavailable. Please try again later.")
        }
    }

    private func filled(_ body: ByteBuffer) -> ByteBuffer {
        body.readableBytes == 0 ? emptyAs.map { ByteBuffer(string: $0) } ?? body : body
    }

    /// What begins like gzip is unpacked, as by the library that Neutron's agent asks Nova with.
    private static func unpacked(_ body: ByteBuffer) -> ByteBuffer {
        guard body.readableBytesView.starts(with: [0x1F, 0x8B]) else { return body }
        let file = FileManager.default.temporaryDirectory.appending(path: "metapath-lab-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        guard (try? Data(body.readableBytesView).write(to: file)) != nil,
            let result = try? NamespaceCommand(["gzip", "-dc", file.path]).run(), result.status == 0
        else { return body }
        return ByteBuffer(bytes: result.outputBytes)
    }

    private static func page(_ status: HTTPResponseStatus, _ text: String) -> StandInServer.Reply {
        let title = "\(status.code) \(status.reasonPhrase)"
        let body =
            "<html>\n <head>\n  <title>\(title)</title>\n </head>\n <body>\n  <h1>\(title)</h1>\n  \(text)<br /><br />\n"
            + "\n\n </body>\n</html>"
        return StandInServer.Reply(
            status: status, headers: ["Content-Type": "text/plain; charset=UTF-8"], body: ByteBuffer(string: body))
    }
}
