import Foundation

/// What a client of the control socket asks for.
enum WatchQuery {
    case trace(RequestFilter)
    /// See ``TopFeed``.
    case top(window: Int, rows: Int)

    /// What is not right about a request's target, for the person who sent it.
    struct Mistake: Error {
        var isUnknown = false
        var text: String
    }

    init(target: String) throws(Mistake) {
        guard let components = URLComponents(string: target) else { throw Mistake(text: "expected a path") }
        var values: [String: String] = [:]
        for item in components.queryItems ?? [] { values[item.name] = item.value ?? "" }
        switch components.path {
        case "/trace": self = try Self.trace(&values)
        case "/top": self = try Self.top(&values)
        default: throw Mistake(isUnknown: true, text: "expected /trace or /top, found \(components.path)")
        }
        if let name = values.keys.sorted().first {
            throw Mistake(text: "\(components.path): there is no parameter “\(name)”")
        }
    }

    private static func trace(_ values: inout [String: String]) throws(Mistake) -> WatchQuery {
        let status = values.removeValue(forKey: "status")
        let filter = RequestFilter(
            instance: values.removeValue(forKey: "instance"), network: values.removeValue(forKey: "network"),
            status: status)
        guard let filter else {
            throw Mistake(text: "status: expected numbers like 404 or 4xx, commas between; found “\(status ?? "")”")
        }
        return .trace(filter)
    }

    private static func top(_ values: inout [String: String]) throws(Mistake) -> WatchQuery {
        .top(
            window: try number("window", 1...60, default: 10, &values),
            rows: try number("rows", 1...100, default: 20, &values))
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, default value: Int, _ values: inout [String: String]
    ) throws(Mistake) -> Int {
        guard let text = values.removeValue(forKey: name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw Mistake(text: "\(name): expected \(range.lowerBound) to \(range.upperBound), found “\(text)”")
        }
        return number
    }
}
