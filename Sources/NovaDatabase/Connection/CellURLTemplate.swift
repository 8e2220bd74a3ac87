import Foundation

/// A cell's database URL written in terms of `[database] connection`: `{scheme}`, `{username}`, `{password}`,
/// `{hostname}`, `{port}`, `{path}`, `{query}`, `{fragment}`; `{username1}` and so on name the parts of a URL with
/// several hosts (contract nova.md §10.1).
struct CellURLTemplate {
    private let values: [String: String]

    /// - Parameter base: `[database] connection`, as it is configured.
    init(base: String) {
        var values: [String: String] = [:]
        var rest = base[...]
        if let scheme = rest.range(of: "://") {
            values["scheme"] = String(rest[..<scheme.lowerBound])
            rest = rest[scheme.upperBound...]
        }
        func cut(_ separator: Character) -> String {
            guard let place = rest.firstIndex(of: separator) else { return "" }
            defer { rest = rest[..<place] }
            return String(rest[rest.index(after: place)...])
        }
        values["fragment"] = cut("#")
        values["query"] = cut("?")
        values["path"] = cut("/")
        for (index, host) in rest.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            for (name, value) in Self.parts(of: host) {
                values["\(name)\(index + 1)"] = value
                if index == 0 { values[name] = value }
            }
        }
        self.values = values
    }

    private static func parts(of host: Substring) -> [String: String] {
        var parts: [String: String] = [:]
        var place = host
        if let at = host.lastIndex(of: "@") {
            let account = host[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            parts["username"] = account.first.map(String.init)
            parts["password"] = account.count > 1 ? String(account[1]) : nil
            place = host[host.index(after: at)...]
        }
        let colon = place.lastIndex(of: ":").flatMap { place[$0...].contains("]") ? nil : $0 }
        parts["hostname"] = String(place[..<(colon ?? place.endIndex)])
        parts["port"] = colon.map { String(place[place.index(after: $0)...]) }
        return parts
    }

    /// The URL that `text` stands for. A text that names what the base does not have is taken as it is, as in Nova.
    func expand(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}"),
                let value = values[String(rest[rest.index(after: open)..<close])]
            else { return text }
            result += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
