import Identification

/// What a haproxy of Neutron's is told, as far as a request's way depends on it (contract neutron.md §2).
public struct HaproxyConfiguration: Sendable, Equatable {
    /// The agent's socket.
    public var socket: String?
    /// `ADDRESS:PORT` of each `bind`.
    public var binds: [String] = []
    /// Headers that it adds, such as `X-Neutron-Router-ID`.
    public var headers: [String: String] = [:]
    public var user: String?
    public var group: String?
    /// Seconds until it gives a request up.
    public var serverTimeout: Double?
    /// The fewest requests that any limit lets through, with its window.
    public var rateLimit: RateLimit?

    public init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            take(line.split(whereSeparator: \.isWhitespace).map(String.init))
        }
        readRateLimits(text)
    }

    private mutating func take(_ words: [String]) {
        switch words.first {
        case "user" where words.count > 1: user = words[1]
        case "group" where words.count > 1: group = words[1]
        case "bind" where words.count > 1: binds.append(words[1])
        case "server" where words.count > 2:
            socket = words[2].hasPrefix("unix@") ? String(words[2].dropFirst(5)) : words[2]
        case "timeout" where words.count > 2 && words[1] == "server": serverTimeout = Self.seconds(words[2])
        case "http-request" where words.count > 3 && ["set-header", "add-header"].contains(words[1]):
            headers[words[2]] = words[3]
        default: break
        }
    }

    /// `http-request deny deny_status 429 if { sc_http_req_rate(0) gt 10 }`, and the tables' windows.
    private mutating func readRateLimits(_ text: String) {
        let limits = text.matches(of: /sc_http_req_rate\((\d)\)[^\n]*? gt (\d+)/).compactMap { Int($0.output.2) }
        let windows = text.matches(of: /http_req_rate\((\d+)s\)/).compactMap { Int($0.output.1) }
        guard let requests = limits.min() else { return }
        let place = limits.firstIndex(of: requests) ?? 0
        rateLimit = RateLimit(requests: requests, seconds: place < windows.count ? windows[place] : 10)
    }

    /// haproxy's times: milliseconds unless a unit says otherwise.
    private static func seconds(_ text: String) -> Double? {
        let units = ["us": 0.000_001, "ms": 0.001, "s": 1, "m": 60, "h": 3600]
        let number = text.prefix { $0.isNumber }
        let unit = String(text.dropFirst(number.count))
        return Double(number).map { $0 * (units[unit] ?? 0.001) }
    }
}
