import AsyncHTTPClient
import Foundation
import HTTPWire
import Identification
import InstanceModel
import InstanceStore
import Logging
import MetadataDocuments
import MetadataService
import NIOCore
import NIOHTTP1
import NIOPosix
import SQLiteInstanceStore
import Testing

/// A running service on a loopback port over a store of its own, gone when the body ends.
struct ServiceFixture {
    static let secret = "s3cret"

    let store: any InstanceCatalogue
    var port: Int

    static func run(
        identify: Identify = .proxyHeaders(SharedSecrets(current: secret), signatureRequired: true),
        settings: DocumentSettings = DocumentSettings(),
        vendorData: (any EventLoopGroup) throws -> VendorData = { _ in
            VendorData(providers: [.staticJSON], file: nil, targets: nil)
        },
        upstream: Int? = nil,
        unixPath: String? = nil,
        limits: GuestLimits? = nil,
        refusals: RefusalCounts = RefusalCounts(),
        observers: RequestObservers = RequestObservers(),
        _ body: (ServiceFixture) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "metapath-\(UUID())")
        let store = try SQLiteInstanceStore(path: directory.appending(path: "store.sqlite").path)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let vendorData = try vendorData(group)
        let answer: Answer
        if let upstream {
            let pool = UpstreamPool([UpstreamEndpoint(.tcp(host: "127.0.0.1", port: upstream))], group: group)
            answer = .upstream(UpstreamAnswer(pool: pool, secrets: SharedSecrets(current: secret)))
        } else {
            answer = .documents(DocumentAnswer(vendorData: vendorData))
        }
        let secrets =
            if case .proxyHeaders(let secrets, _) = identify { secrets } else { SharedSecrets(current: secret) }
        let documents = DocumentDirectory(store: store, settings: settings, secrets: secrets)
        let path = try await MetadataPath(
            group: group, directory: documents, limits: limits, refusals: refusals, answer: answer,
            observers: observers,
            reporter: Reporter(logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        let server = HTTPServer(group: group)
        let responder: HTTPServer.ResponderFactory = { channel in
            try path.responder(for: channel, listener: .service, identify: identify)
        }
        if let unixPath { _ = try await server.bind(unixPath: unixPath, responder: responder) }
        let listener = try await server.bind(host: "127.0.0.1", port: 0, responder: responder)
        let fixture = ServiceFixture(store: store, port: try #require(listener.localAddress?.port))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        await server.stop(grace: .seconds(1))
        try await vendorData.shutdown()
        try await group.shutdownGracefully()
        try? FileManager.default.removeItem(at: directory)
        try result.get()
    }

    /// What an answer consists of.
    struct Answered {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    func ask(
        _ path: String, method: String = "GET", headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answered {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        request.headers = HTTPHeaders(headers)
        if let body { request.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 1 << 22)
        let fields = Dictionary(response.headers.map { ($0.name, $0.value) }) { first, _ in first }
        return Answered(status: Int(response.status.code), headers: fields, body: String(buffer: bytes))
    }

    /// The body of an answer.
    func bytes(_ path: String, headers: [(String, String)]) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers = HTTPHeaders(headers)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return Array(try await response.body.collect(upTo: 1 << 22).readableBytesView)
    }

    /// The headers of Neutron's agent for this instance.
    static func signed(_ instance: Instance, secret: String = secret) -> [(String, String)] {
        let id = "\(instance.id)"
        return [
            ("X-Instance-ID", id), ("X-Tenant-ID", instance.projectID),
            ("X-Instance-ID-Signature", SharedSecrets(current: secret).signature(of: id)),
            ("X-Forwarded-For", "10.0.0.5"),
        ]
    }
}

/// A network with a port of one instance at 10.0.0.5.
enum Sample {
    static let network = Network(
        id: NetworkID(high: 1, low: 1), name: "blue", serviceProvider: "edge-1",
        subnets: [Subnet(cidr: "10.0.0.0/24", gateway: "10.0.0.1")])

    static func instance(_ number: UInt64 = 1, address: String? = "10.0.0.5", project: String = "demo") -> Instance {
        var instance = Instance(id: InstanceID(high: 7, low: number), projectID: project)
        instance.name = "test\(number)"
        instance.hostname = "test\(number)"
        if let address {
            instance.ports = [
                Port(
                    id: PortID(high: 9, low: number), macAddress: MACAddress(value: 0xFA16_3E00_0000 | number),
                    network: PortNetwork(network, fixedIPs: [FixedIP(address: address)]))
            ]
        }
        return instance
    }

    static func catalogue(_ instances: Instance...) -> Catalogue {
        Catalogue(networks: [network], instances: instances)
    }
}
