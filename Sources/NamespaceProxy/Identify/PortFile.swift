import Foundation
import Identification
import InstanceModel

/// The ports that were known last, in a file: a proxy that starts while its source is away serves everyone in it.
public struct PortFile: Sendable {
    let path: String
    /// Replaces what the file holds.
    private let replace: @Sendable (Data) throws -> Void

    /// - Parameter replace: for whoever may not write the file; nil to write it here.
    public init(path: String, replace: (@Sendable (Data) throws -> Void)? = nil) {
        self.path = path
        self.replace = replace ?? { try Self.write($0, to: path) }
    }

    struct Content: Sendable {
        struct Router: Codable, Sendable {
            var id: RouterID
            var networks: [NetworkID]
        }

        var routers: [Router] = []
        /// Networks without ports are among them.
        var networks: [NetworkID] = []
        var ports: [DirectoryPort] = []
    }

    /// A line of the file, in JSON: one of these. A line at a time, because a host may have tens of thousands of ports.
    private struct Line: Codable {
        var router: Content.Router?
        var network: NetworkID?
        var port: DirectoryPort?
    }

    /// Nil where there is no file yet.
    /// - Throws: where it cannot be read or holds something else.
    func read() throws -> Content? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let decoder = JSONDecoder()
        var content = Content()
        for text in data.split(separator: UInt8(ascii: "\n")) {
            let line = try decoder.decode(Line.self, from: text)
            if let router = line.router { content.routers.append(router) }
            if let network = line.network { content.networks.append(network) }
            if let port = line.port { content.ports.append(port) }
        }
        return content
    }

    func write(_ content: Content) throws {
        let encoder = JSONEncoder()
        var data = Data()
        func add(_ line: Line) throws {
            data += try encoder.encode(line)
            data.append(UInt8(ascii: "\n"))
        }
        for router in content.routers { try add(Line(router: router)) }
        for network in content.networks { try add(Line(network: network)) }
        for port in content.ports { try add(Line(port: port)) }
        try replace(data)
    }

    /// Replaces a file as a whole, readable by its owner only.
    public static func write(_ data: Data, to path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}

extension PortFile.Content {
    init(_ directory: PortDirectory, routers: [RouterID]) {
        self.routers = routers.compactMap { id in
            directory.networks(of: .router(id)).map { Router(id: id, networks: $0) }
        }
        networks = Array(directory.networks)
        ports = networks.flatMap { directory.ports(of: $0) }
    }

    /// What was known then, as a directory to begin with.
    var directory: PortDirectory {
        var directory = PortDirectory()
        let byNetwork = Dictionary(grouping: ports, by: \.network)
        for network in networks { directory.setPorts(byNetwork[network] ?? [], of: network) }
        for router in routers { directory.setNetworks(router.networks, of: router.id) }
        return directory
    }
}
