import Foundation
import InstanceModel

/// Real Nova's recorded answers, and the database rows that they were made from. Not part of the package: its place
/// is `METAPATH_ORACLE`, or `../shared/oracle` beside the package.
enum Oracle {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["METAPATH_ORACLE"] { return URL(fileURLWithPath: path) }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("../shared/oracle").standardized
    }()

    static let isPresent = FileManager.default.fileExists(
        atPath: directory.appendingPathComponent("instances.jsonl").path)

    static func instances() throws -> [String: Instance] {
        let rows = try lines(of: "instances.jsonl").map { try JSONDecoder().decode(InstanceRows.self, from: $0) }
        return try Dictionary(uniqueKeysWithValues: rows.map { ($0.name, try $0.instance()) })
    }

    /// The recordings in a directory, by fixture.
    static func recordings(in path: String) throws -> [Recording] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.appendingPathComponent(path).path)
        return try names.sorted().map { try Recording(lines: lines(of: path + "/" + $0)) }
    }

    static func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: directory.appendingPathComponent(path)))
    }

    private static func lines(of path: String) throws -> [Data] {
        try bytes(of: path).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }
}

/// One file of recorded exchanges with one instance.
struct Recording {
    let instance: String
    /// The headers that Neutron's metadata agent would send.
    let standardHeaders: [Header]
    let exchanges: [Exchange]

    init(lines: [Data]) throws {
        struct Head: Decodable {
            let instance: String
            let std: [Header]
        }
        let head = try JSONDecoder().decode(Head.self, from: lines[0])
        instance = head.instance
        standardHeaders = head.std
        exchanges = try lines.dropFirst().map { try JSONDecoder().decode(Exchange.self, from: $0) }
    }

    func headers(of exchange: Exchange) -> [Header] {
        exchange.request.headers ?? standardHeaders
    }

    /// Whether the request carries the identity of the instance as it should, so that only the documents matter.
    func isIdentified(_ exchange: Exchange) -> Bool {
        func identity(_ headers: [Header]) -> [Header] {
            headers.filter { $0.name.hasPrefix("X") && $0.name != "X-Forwarded-For" }
        }
        let headers = headers(of: exchange)
        return identity(headers) == identity(standardHeaders) && headers.count { $0.name == "X-Forwarded-For" } <= 1
    }

    func value(_ name: String, of exchange: Exchange) -> String? {
        headers(of: exchange).first { $0.name == name }?.value
    }
}

struct Header: Decodable, Equatable, CustomStringConvertible {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        let pair = try [String](from: decoder)
        self.init(pair[0], pair[1])
    }

    var description: String { "\(name): \(value)" }
}

struct Exchange: Decodable {
    struct Message: Decodable {
        let method: String?
        let path: String?
        let headers: [Header]?
        let status: Int?
        let body: String?
        let encoding: String?

        var bytes: [UInt8] {
            let text = body ?? ""
            return encoding == "base64" ? Data(base64Encoded: text).map { Array($0) } ?? [] : Array(text.utf8)
        }
    }

    let n: Int
    let request: Message
    let response: Message

    var method: String { request.method ?? "" }
    /// The request target's octets, recorded as Latin-1.
    var target: [UInt8] { latin1(request.path ?? "") }
    /// Nil where Nova failed without an answer.
    var status: Int? { response.status }
}

/// The octets of a text that holds one octet in each character.
func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}
