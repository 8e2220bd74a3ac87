import Foundation
import InstanceModel

/// The variables of an environment that lead HTTP requests to a proxy (curl(1), ENVIRONMENT).
struct ProxyVariables: Sendable, Equatable {
    struct Variable: Sendable, Equatable {
        var name: String
        var value: String
        /// Counted from 1.
        var line: Int
    }

    /// Without user and password, which nobody is to see.
    struct Proxy: Sendable, Equatable {
        var variable: String
        var place: String
    }

    /// Those that count for `http:`, in the order in which programs look.
    private static let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
    private static let exceptionNames = ["no_proxy", "NO_PROXY"]

    private var variables: [String: Variable] = [:]

    /// - Parameter lines: `NAME=value` each, as environ(7) and `/etc/environment` have them.
    init(_ lines: [Substring]) {
        for (index, line) in lines.enumerated() {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts.first?.split(separator: " ").last.map(String.init) ?? ""
            guard parts.count == 2, (Self.names + Self.exceptionNames).contains(name) else { continue }
            let value = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"'").union(.whitespaces))
            variables[name] = Variable(name: name, value: value, line: index + 1)
        }
    }

    /// Where requests for the metadata address are led, if anywhere.
    var proxy: Proxy? {
        let variable = Self.names.lazy.compactMap { variables[$0] }.first { !$0.value.isEmpty }
        guard let variable, !isExempt else { return nil }
        return Proxy(variable: variable.name, place: Self.place(variable.value))
    }

    /// What names the places that are asked directly.
    var exceptions: Variable? { Self.exceptionNames.lazy.compactMap { variables[$0] }.first }

    private var isExempt: Bool {
        let places = exceptions?.value.split { $0 == "," || $0.isWhitespace } ?? []
        return places.contains { place in
            place == "*" || IPAddress(String(place)) == NamespacePath.metadataIPv4
                || CIDR(String(place))?.contains(NamespacePath.metadataIPv4) == true
        }
    }

    /// Host and port of a URL. Whatever is before an `@` is left out, also where it is no URL.
    private static func place(_ value: String) -> String {
        let rest = value.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let host = rest.range(of: "://").map { rest[$0.upperBound...] } ?? rest
        return String(host.prefix { $0 != "/" }.filter { $0.isASCII && !$0.isWhitespace && !$0.isNewline })
    }
}
