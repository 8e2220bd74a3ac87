import Foundation
import Identification
import InstanceModel
import InstanceStore
import MetadataService
import NIOCore
import NIOPosix
import Testing

/// A real haproxy with the configuration that Neutron generates (contract neutron.md §2), before our socket.
@Suite(.timeLimit(.minutes(1)), .enabled(if: Haproxy.path != nil, "haproxy is not installed"))
struct HaproxyTests {
    private static let other = "33333333-3333-3333-3333-333333333333"
    private static let guests: [[(String, String)]] = [
        [], [("X-Forwarded-For", "10.9.9.9")], [("X-Forwarded-For", "a, b"), ("X-Forwarded-For", "c")],
        [("X-Neutron-Network-ID", other), ("X-Neutron-Router-ID", other), ("X-OVN-Network-ID", other)],
        [("x-ovn-network-id", other), ("x-ovn-network-id", other), ("X-Instance-ID", other)],
    ]

    /// An instance at the address that our own requests come from.
    private static var catalogue: Catalogue {
        var network = Sample.network
        network.subnets = [Subnet(cidr: "127.0.0.0/8")]
        var guest = Sample.instance()
        guest.ports[0].network = PortNetwork(network, fixedIPs: [FixedIP(address: "127.0.0.1")])
        let router = Router(id: RouterID(high: 2, low: 1), name: "r", networks: [network.id])
        return Catalogue(networks: [network], routers: [router], instances: [guest])
    }

    private func withHaproxy(
        _ rules: [String],
        _ body: (_ ask: ([(String, String)], [UInt8]?) async throws -> (Int, String)) async throws
            -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "metapath-haproxy-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let socket = directory.appending(path: "metadata_proxy").path
        try await ServiceFixture.run(identify: .agentHeaders, unixPath: socket) { service in
            _ = try await service.store.apply(Self.catalogue)
            let haproxy = try await Haproxy(in: directory, socket: socket, rules: rules)
            defer { haproxy.stop() }
            try await body { headers, body in
                var through = service
                through.port = haproxy.port
                let method = body == nil ? "GET" : "POST"
                let path = body == nil ? "/latest/meta-data/hostname" : "/openstack/latest/password"
                let answer = try await through.ask(path, method: method, headers: headers, body: body)
                return (answer.status, answer.body)
            }
        }
    }

    @Test(arguments: [
        [
            "http-request del-header X-Neutron-Network-ID",
            "http-request set-header X-Neutron-Router-ID \(RouterID(high: 2, low: 1))",
        ],
        [
            "http-request del-header X-Neutron-Router-ID",
            "http-request set-header X-Neutron-Network-ID \(Sample.network.id)",
        ],
        ["http-request add-header X-OVN-Network-ID \(Sample.network.id)"],
    ])
    func guestsAreServedWhateverTheySend(_ rules: [String]) async throws {
        try await withHaproxy(rules) { ask in
            for headers in Self.guests {
                let (status, body) = try await ask(headers, nil)
                #expect(status == 200 && body == "test1.novalocal", "\(headers)")
            }
            // Longer than Nova allows, and than Neutron's agent reads.
            let (refused, page) = try await ask([], Array(repeating: UInt8(ascii: "p"), count: 6000))
            #expect(refused == 400 && page.contains("Request is too large."))
            let (stored, _) = try await ask([], Array(repeating: UInt8(ascii: "p"), count: 200))
            #expect(stored == 200)
        }
    }
}

/// One haproxy in the foreground.
private final class Haproxy {
    static let path = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].first(
        where: FileManager.default.isExecutableFile)

    let port: Int
    private let process: Process

    /// On a port that nobody has.
    init(in directory: URL, socket: String, rules: [String]) async throws {
        for _ in 0..<10 {
            // Below those that the kernel gives to connections: whoever runs beside us takes none of these by chance.
            let port = Int.random(in: 20_000..<32_000)
            let configuration = Self.configuration(port, socket, rules, directory)
            let process = try Self.start(in: directory, configuration)
            // It ends when somebody has the port.
            while process.isRunning {
                if await Self.answers(port), process.isRunning {
                    self.port = port
                    self.process = process
                    return
                }
                try await Task.sleep(for: .milliseconds(25))
            }
        }
        throw NoHaproxy()
    }

    private struct NoHaproxy: Error, CustomStringConvertible {
        let description = "Expected haproxy to run on one of ten ports, found that it ended on each."
    }

    private static func start(in directory: URL, _ configuration: String) throws -> Process {
        let file = directory.appending(path: "haproxy.conf")
        try Data(configuration.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: try #require(path))
        process.arguments = ["-db", "-f", file.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    private static func answers(_ port: Int) async -> Bool {
        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        try? await channel?.close()
        return channel != nil
    }

    private static func configuration(_ port: Int, _ socket: String, _ rules: [String], _ directory: URL) -> String {
        """
        global
            log         /dev/log local0 info
            log-tag     haproxy-metadata-proxy-\(Sample.network.id)
            user        \(NSUserName())
            maxconn     1024
            nbthread    2
            pidfile     \(directory.path)/haproxy.pid
            daemon

        defaults
            log global
            mode http
            option httplog
            option dontlognull
            option http-server-close
            option forwardfor
            retries                 3
            timeout http-request    30s
            timeout connect         30s
            timeout client          32s
            timeout server          32s
            timeout http-keep-alive 30s

        listen listener
            bind 127.0.0.1:\(port)
            server metadata \(socket)
            \(rules.joined(separator: "\n    "))

        """
    }
}
