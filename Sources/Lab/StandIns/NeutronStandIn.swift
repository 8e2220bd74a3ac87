import Foundation
import MetadataDocuments
import NIOCore
import NIOHTTP1
import NIOPosix

/// Stands in for Neutron's API in a lab: the ports of a file, a list in JSON, to anybody who asks.
public struct NeutronStandIn: Sendable {
    public var portsFile: String
    /// Of 127.0.0.1.
    public var port: Int
    /// Seconds that its clock is ahead of this host's.
    public var clockOffset: Int

    public init(portsFile: String, port: Int, clockOffset: Int = 0) {
        self.portsFile = portsFile
        self.port = port
        self.clockOffset = clockOffset
    }

    /// Serves until the task is cancelled.
    /// - Throws: where the port is taken.
    public func run() async throws {
        let listener = try await StandInServer.bootstrap(backlog: 128)
            .bind(host: "127.0.0.1", port: port, childChannelInitializer: StandInServer.initialise)
        try await StandInServer(answer: answer, closes: false).run(listener)
    }

    @Sendable
    private func answer(_ request: StandInServer.Request) -> StandInServer.Reply? {
        let url = URLComponents(string: request.head.uri)
        let isAboutPorts = url?.path.hasSuffix("/ports") == true
        let ports = isAboutPorts ? PortRecord.read(portsFile).filter { $0.fits(url?.queryItems ?? []) } : []
        let body: JSONValue = isAboutPorts ? ["ports": .array(ports.map(\.value))] : ["security_groups": .array([])]
        let headers: HTTPHeaders = ["Content-Type": "application/json", "Date": date]
        return StandInServer.Reply(status: .ok, headers: headers, body: ByteBuffer(bytes: body.serialised()))
    }

    /// RFC 9110 §5.6.7.
    private var date: String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date.now.addingTimeInterval(TimeInterval(clockOffset)))
    }
}

/// A port of Neutron's as it stands in a file.
struct PortRecord: Sendable {
    var value: JSONValue

    static func read(_ file: String) -> [PortRecord] {
        let text = FileManager.default.contents(atPath: file) ?? Data()
        guard case .array(let items)? = try? JSONValue(parsing: Array(text)) else { return [] }
        return items.map(PortRecord.init)
    }

    func text(_ key: String) -> String? {
        guard case .object(let members) = value,
            case .string(let text)? = members.first(where: { $0.key == key })?.value
        else { return nil }
        return text
    }

    var addresses: [String] {
        guard case .object(let members) = value,
            case .array(let items)? = members.first(where: { $0.key == "fixed_ips" })?.value
        else { return [] }
        return items.compactMap { PortRecord(value: $0).text("ip_address") }
    }

    /// As Neutron reads a query: of one name any value, of several names all. `fields` and others are passed over.
    func fits(_ query: [URLQueryItem]) -> Bool {
        ["id", "network_id", "device_id", "device_owner", "mac_address"].allSatisfy { key in
            let wanted = query.filter { $0.name == key }.compactMap(\.value)
            return wanted.isEmpty || wanted.contains(text(key) ?? "")
        }
    }
}
