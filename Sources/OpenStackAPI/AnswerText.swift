import Foundation
import NIOCore
import NIOHTTP1

/// What an answer says, in words for a message.
extension HTTPAnswer {
    /// The most characters of a service's own words in a message.
    private static let wordsLimit = 300

    /// The service's account of what is wrong: Neutron's `NeutronError`, Keystone's `error`.
    var fault: (name: String?, message: String)? {
        guard let fault = try? JSONDecoder().decode(Fault.self, from: data) else { return nil }
        return (fault.name, Self.printable(fault.message))
    }

    var data: Data { Data(body.readableBytesView) }

    /// `403 Forbidden (“…”)`, and where a redirect points.
    var shownStatus: String {
        var text = "\(status)"
        if let location = headers.first(name: "Location"), (300..<400).contains(status.code) {
            text += " to \(URLText.shown(Self.printable(location)))"
        }
        if let fault { text += " (“\(fault.message)”)" }
        return text
    }

    /// What came instead of JSON that can be used.
    var shownBody: String {
        let type = headers.first(name: "Content-Type").map { " of type \(Self.printable($0))" } ?? ""
        let start = Self.printable(String(decoding: body.readableBytesView.prefix(60), as: UTF8.self))
        return "\(body.readableBytes) octets\(type) that begin “\(start)”"
    }

    private static func printable(_ text: String) -> String {
        let line = String(text.prefix(wordsLimit).map { $0.isNewline || $0.isWhitespace ? " " : $0 })
        return line.filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
    }
}

/// `{"NeutronError": {"type": …, "message": …}}`, its older form with a text, or `{"error": {"message": …}}`.
private struct Fault: Decodable {
    struct Details: Decodable {
        var type: String?
        var message: String
    }

    enum CodingKeys: String, CodingKey {
        case neutron = "NeutronError"
        case error
    }

    var name: String?
    var message: String

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let key = members.contains(.neutron) ? CodingKeys.neutron : .error
        if let details = try? members.decode(Details.self, forKey: key) {
            (name, message) = (details.type, details.message)
        } else {
            message = try members.decode(String.self, forKey: key)
        }
    }
}

/// A decoding error in a few words: where, and what is wrong there.
func shownDecodingError(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, let context): return "no “\(place(context.codingPath + [key]))”"
    case .typeMismatch(let type, let context): return "“\(place(context.codingPath))” is no \(type)"
    case .valueNotFound(let type, let context): return "“\(place(context.codingPath))” is null, not \(type)"
    case .dataCorrupted(let context):
        return context.codingPath.isEmpty ? context.debugDescription : "“\(place(context.codingPath))” is malformed"
    @unknown default: return "\(error)"
    }
}

private func place(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
}
