import Foundation

/// The parts of `DIALECT[+DRIVER]://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`, percent-decoded as SQLAlchemy does it.
struct SQLAlchemyURL {
    /// Without the driver.
    var dialect: String
    var user: String?
    var password: String?
    var host: String?
    var port: String?
    var database: String
    /// Of an option given twice, the last.
    var options: [String: String]

    init(_ text: String) throws(DatabaseURL.Unusable) {
        guard let scheme = text.range(of: "://") else {
            throw DatabaseURL.Unusable(description: "a text that is no URL")
        }
        dialect = String(text[..<scheme.lowerBound].prefix { $0 != "+" }).lowercased()
        var rest = text[scheme.upperBound...]
        (user, password) = Self.account(&rest)
        options = Self.options(Self.cut(&rest, at: "?"))
        database = Self.decoded(Self.cut(&rest, at: "/") ?? "")
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
            port = Self.cut(&rest, at: ":").map(String.init)
        } else {
            port = Self.cut(&rest, at: ":").map(String.init)
            host = rest.isEmpty ? nil : String(rest)
        }
    }

    /// Takes user and password off the beginning. A password ends at the first `@` and may hold any other character.
    private static func account(_ text: inout Substring) -> (user: String?, password: String?) {
        let head = text.prefix { $0 != ":" && $0 != "/" }
        let tail = text[head.endIndex...]
        if tail.first == ":", let at = tail.firstIndex(of: "@") {
            defer { text = text[text.index(after: at)...] }
            return (decoded(head), decoded(tail[..<at].dropFirst()))
        }
        guard let at = head.lastIndex(of: "@") else { return (nil, nil) }
        defer { text = text[text.index(after: at)...] }
        return (decoded(head[..<at]), nil)
    }

    /// Takes what follows the first `separator` off the end of `text`. Nil: there is none.
    private static func cut(_ text: inout Substring, at separator: Character) -> Substring? {
        guard let place = text.firstIndex(of: separator) else { return nil }
        defer { text = text[..<place] }
        return text[text.index(after: place)...]
    }

    private static func options(_ query: Substring?) -> [String: String] {
        let pairs = (query ?? "").split(separator: "&").map { pair in
            var name = pair
            let value = cut(&name, at: "=") ?? ""
            return (decoded(name), decoded(value.replacing("+", with: " ")[...]))
        }
        return Dictionary(pairs) { _, last in last }
    }

    /// A text with a broken escape stands for itself.
    private static func decoded(_ text: Substring) -> String {
        text.removingPercentEncoding ?? String(text)
    }
}
