/// A JSON document as Python reads and writes it (contract nova.md §3.5, §8.1): members keep their order, integers
/// their size, and numbers beyond JSON are allowed.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// Decimal digits with an optional minus sign, as many as there are.
    case integer(String)
    /// May be infinite or not a number, written as `Infinity`, `-Infinity` and `NaN`.
    case float(Double)
    case string(String)
    case array([JSONValue])
    /// Make one with ``object(uniqued:)`` where keys may repeat.
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// An object in which of equal keys the first keeps its place and the last its value.
    public static func object(uniqued members: [Member]) -> JSONValue {
        var places: [[UInt8]: Int] = [:]
        var result: [Member] = []
        for member in members {
            // Compared as bytes: Swift's strings are equal when they look the same, Python's are not.
            let place = places[Array(member.key.utf8), default: result.count]
            if place < result.count {
                result[place].value = member.value
            } else {
                places[Array(member.key.utf8)] = place
                result.append(member)
            }
        }
        return .object(result)
    }

    /// - Parameter text: UTF-8 without a byte order mark.
    /// - Throws: ``JSONSyntaxError`` for the first thing that is no JSON.
    public init(parsing text: [UInt8]) throws(JSONSyntaxError) {
        var parser = JSONParser(text)
        self = try parser.document()
    }

    /// The document as Python's `json.dumps` writes it.
    public func serialised() -> [UInt8] {
        var text = JSONText()
        write(into: &text)
        return text.bytes
    }

    func write(into text: inout JSONText) {
        switch self {
        case .null: text.null()
        case .boolean(let value): text.boolean(value)
        case .integer(let digits): text.literal(digits)
        case .float(let value): text.literal(Self.pythonText(value))
        case .string(let value): text.string(value)
        case .array(let items): text.array(items) { $1.write(into: &$0) }
        case .object(let members):
            text.object { text in
                for member in members {
                    text.key(member.key)
                    member.value.write(into: &text)
                }
            }
        }
    }

    /// Python's shortest text of a number: an exponent below 10⁻⁴ and from 10¹⁶ on, of at least two digits.
    private static func pythonText(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        let sign = value.sign == .minus ? "-" : ""
        let (digits, exponent) = shortestDigits(value.magnitude)
        switch exponent {
        case 0..<16:
            let padded = digits + String(repeating: "0", count: max(0, exponent + 2 - digits.count))
            return sign + padded.prefix(exponent + 1) + "." + padded.dropFirst(exponent + 1)
        case -4..<0:
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        default:
            let fraction = digits.dropFirst().isEmpty ? "" : "." + digits.dropFirst()
            let power = (exponent < 0 ? "e-" : "e+") + (exponent.magnitude < 10 ? "0" : "") + "\(exponent.magnitude)"
            return sign + digits.prefix(1) + fraction + power
        }
    }

    /// The fewest significant digits that give the number back, and the power of ten of the first one.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leadingZeros)
        while digits.last == "0" { digits.removeLast() }
        guard !digits.isEmpty else { return ("0", 0) }
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (String(digits), whole.count - 1 - leadingZeros + power)
    }
}
