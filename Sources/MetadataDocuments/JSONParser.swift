import InstanceModel

/// Why and where a text is not JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was expected and what was found.
    public var message: String
    /// From 1.
    public var line: Int
    /// From 1, in characters.
    public var column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}

/// Reads what Python's `json.loads` reads, with the same result; but half of a surrogate pair becomes U+FFFD, and
/// nesting is limited to a fixed depth rather than by the stack.
struct JSONParser {
    /// Arrays and objects inside one another.
    static let maximumDepth = 500
    /// Python's own limit for the digits of an integer.
    static let maximumDigits = 4300

    private let text: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        try requireUTF8()
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { throw error("expected JSON, found a byte order mark: remove it") }
        let value = try value()
        skipSpace()
        guard index == text.count else { throw error("expected the end after the value, found \(found)") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        guard index < text.count else { throw error("expected a value, found the end") }
        switch text[index] {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        default:
            if let literal = literal() { return literal }
            return try number()
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else {
            throw error("expected at most \(Self.maximumDepth) nested arrays and objects, found more")
        }
        depth += 1
        index += 1
        defer { depth -= 1 }
        return try read(&self)
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONValue.Member] = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard index < text.count, text[index] == UInt8(ascii: "\"") else {
                throw error("expected a key in double quotes, found \(found)")
            }
            let key = try string()
            skipSpace()
            guard take(":") else { throw error("expected “:” after the key, found \(found)") }
            members.append(JSONValue.Member(key: key, value: try value()))
            skipSpace()
        } while take(",")
        guard take("}") else { throw error("expected “,” or “}”, found \(found)") }
        return .object(uniqued: members)
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            items.append(try value())
            skipSpace()
        } while take(",")
        guard take("]") else { throw error("expected “,” or “]”, found \(found)") }
        return .array(items)
    }

    private mutating func literal() -> JSONValue? {
        if take("null") { return .null }
        if take("true") { return .boolean(true) }
        if take("false") { return .boolean(false) }
        if take("NaN") { return .float(.nan) }
        if take("Infinity") { return .float(.infinity) }
        if take("-Infinity") { return .float(-.infinity) }
        return nil
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        _ = take("-")
        let digits = skipDigits(from: index)
        guard digits > index else {
            index = start
            throw error("expected a value, found \(found)")
        }
        let firstDigit = index
        index = text[index] == UInt8(ascii: "0") ? index + 1 : digits
        let integerEnd = index
        skipFraction()
        skipExponent()
        let number = String(decoding: text[start..<index], as: UTF8.self)
        if index > integerEnd, let float = Double(number) { return .float(float) }
        guard integerEnd - firstDigit <= Self.maximumDigits else {
            throw error("expected an integer of at most \(Self.maximumDigits) digits, found a longer one")
        }
        return .integer(number == "-0" ? "0" : number)
    }

    private mutating func skipFraction() {
        guard index < text.count, text[index] == UInt8(ascii: ".") else { return }
        let end = skipDigits(from: index + 1)
        if end > index + 1 { index = end }
    }

    private mutating func skipExponent() {
        guard index < text.count, text[index] | 0x20 == UInt8(ascii: "e") else { return }
        var digits = index + 1
        if digits < text.count, text[digits] == UInt8(ascii: "+") || text[digits] == UInt8(ascii: "-") { digits += 1 }
        let end = skipDigits(from: digits)
        if end > digits { index = end }
    }

    private func skipDigits(from start: Int) -> Int {
        text[start...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? text.count
    }
}

extension JSONParser {
    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = index
        index += 1
        var bytes: [UInt8] = []
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                bytes.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw error("expected control characters in a string to be escaped, found \(found)")
            case let byte:
                bytes.append(byte)
                index += 1
            }
        }
        index = start
        throw error("expected a string with a closing quote, found none")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Character {
        for (name, character) in Self.escapes where take(name) { return character }
        guard take("u") else { throw error("expected an escape such as “\\n”, found \(found)") }
        let first = try codeUnit()
        if UTF16.isLeadSurrogate(first), let second = try trailSurrogate() {
            let value = 0x1_0000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF)
            return Character(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return Character(Unicode.Scalar(first) ?? "\u{FFFD}")
    }

    /// The escape of a second half, if one follows.
    private mutating func trailSurrogate() throws(JSONSyntaxError) -> UInt16? {
        let start = index
        if take("\\u") {
            let unit = try codeUnit()
            if UTF16.isTrailSurrogate(unit) { return unit }
        }
        index = start
        return nil
    }

    private static let escapes: [(StaticString, Character)] = [
        ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
    ]

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard index < text.count, let digit = hexDigitValue(text[index]) else {
                throw error("expected four hexadecimal digits after “\\u”, found \(found)")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    private mutating func take(_ expected: StaticString) -> Bool {
        guard text.dropFirst(index).starts(with: expected.description.utf8) else { return false }
        index += expected.utf8CodeUnitCount
        return true
    }

    private mutating func skipSpace() {
        while index < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
    }

    /// What stands at the present place, for messages.
    private var found: String {
        guard index < text.count else { return "the end" }
        let character = String(decoding: text[index...].prefix(8), as: UTF8.self).unicodeScalars.first ?? "?"
        return character.value < 0x20 ? "control character \(character.value)" : "“\(character)”"
    }

    private mutating func requireUTF8() throws(JSONSyntaxError) {
        guard String(validating: text, as: UTF8.self) == nil else { return }
        var bytes = text.makeIterator()
        var decoder = UTF8()
        while case .scalarValue(let scalar) = decoder.decode(&bytes) { index += UTF8.width(scalar) }
        throw error("expected UTF-8, found another octet: save the text as UTF-8")
    }

    private func error(_ message: String) -> JSONSyntaxError {
        let before = text[..<index]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONSyntaxError(
            message: message,
            line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 })
    }
}
