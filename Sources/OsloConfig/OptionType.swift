/// How an option's text becomes a value.
///
/// The types read what oslo.config's types of the same purpose read, with two differences on the side of caution: an
/// empty text is not a number, and numbers are finite.
public struct OptionType<Value: Sendable>: Sendable {
    /// What a message says was expected, such as `an integer from 0 to 65535`.
    public let expectation: String
    /// Whether every assignment counts. Otherwise the last one does.
    public let isRepeated: Bool
    /// The value of the texts, one for each assignment that counts; nil when they are malformed.
    public let parse: @Sendable ([String]) -> Value?
    /// The text of a value, for references to an option that is not set and for listings.
    public let text: @Sendable (Value) -> String

    /// A type whose values are written in one assignment.
    public init(
        expectation: String, parse: @escaping @Sendable (String) -> Value?, text: @escaping @Sendable (Value) -> String
    ) {
        self.init(expectation: expectation, isRepeated: false, parse: { $0.last.flatMap(parse) }, text: text)
    }

    private init(
        expectation: String, isRepeated: Bool, parse: @escaping @Sendable ([String]) -> Value?,
        text: @escaping @Sendable (Value) -> String
    ) {
        self.expectation = expectation
        self.isRepeated = isRepeated
        self.parse = parse
        self.text = text
    }
}

extension OptionType<String> {
    /// Any text, the empty one included.
    public static var string: Self {
        Self(expectation: "a text", parse: { $0 }, text: { $0 })
    }
}

extension OptionType<[String]> {
    /// Any text, as often as it is assigned; sources and lines keep their order.
    public static var strings: Self {
        Self(expectation: "a text", isRepeated: true, parse: { $0 }, text: { $0.joined(separator: ",") })
    }
}

extension OptionType<Bool> {
    /// `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
    public static var bool: Self {
        Self(
            expectation: "true or false",
            parse: { text in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: nil
                }
            },
            text: { $0 ? "True" : "False" })
    }
}

extension OptionType<Int> {
    /// A decimal integer.
    public static var integer: Self { integer(Int.min...Int.max) }

    /// A decimal integer of at least `range.lowerBound`.
    public static func integer(_ range: PartialRangeFrom<Int>) -> Self {
        integer(range.lowerBound...Int.max)
    }

    /// A decimal integer in `range`; a sign, leading zeros and underscores between digits are allowed.
    public static func integer(_ range: ClosedRange<Int>) -> Self {
        let expectation =
            switch (range.lowerBound, range.upperBound) {
            case (.min, .max): "an integer"
            case (let least, .max): "an integer of at least \(least)"
            case (let least, let most): "an integer from \(least) to \(most)"
            }
        return Self(
            expectation: expectation,
            parse: { decimal($0).flatMap(Int.init).flatMap { range.contains($0) ? $0 : nil } },
            text: \.description)
    }
}

extension OptionType<Double> {
    /// A decimal number.
    public static var number: Self { number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude) }

    /// A decimal number, with a fraction and an exponent if wished, of at least `range.lowerBound`.
    public static func number(_ range: PartialRangeFrom<Double>) -> Self {
        number(range.lowerBound...Double.greatestFiniteMagnitude)
    }

    /// A decimal number, with a fraction and an exponent if wished, in `range`.
    public static func number(_ range: ClosedRange<Double>) -> Self {
        let limit = Double.greatestFiniteMagnitude
        let expectation =
            switch (range.lowerBound, range.upperBound) {
            case (-limit, limit): "a number"
            case (let least, limit): "a number of at least \(least)"
            case (let least, let most): "a number from \(least) to \(most)"
            }
        return Self(
            expectation: expectation,
            parse: { decimal($0).flatMap(Double.init).flatMap { range.contains($0) ? $0 : nil } },
            text: \.description)
    }
}

extension OptionType where Value: RawRepresentable<String> & CaseIterable {
    /// One of the raw values, spelt exactly so.
    public static var choice: Self {
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return Self(expectation: "one of \(words)", parse: Value.init(rawValue:), text: \.rawValue)
    }
}

extension OptionType {
    /// Items separated by commas, white space around each dropped. Commas at the end are ignored; an empty text is an
    /// empty list. A quote is an ordinary character within an item.
    public static func list<Item>(of item: OptionType<Item>) -> Self where Value == [Item] {
        Self(
            expectation: "a comma-separated list, each item \(item.expectation)",
            parse: { text in
                let items = listItems(text).map { item.parse([$0]) }
                return items.contains { $0 == nil } ? nil : items.compactMap(\.self)
            },
            text: { $0.map(item.text).joined(separator: ",") })
    }

    /// The same as `type`, for an option whose default is that it is not set.
    public static func optional<Wrapped>(_ type: OptionType<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            expectation: type.expectation, isRepeated: type.isRepeated, parse: { type.parse($0).map(Optional.some) },
            text: { $0.map(type.text) ?? "" })
    }
}

/// The text without the underscores that Python allows between digits, or nil if it holds anything but a decimal
/// number's characters. Keeps Swift's other spellings of numbers out: hexadecimal, `inf`, `nan`.
private func decimal(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let isDigit = { (index: Int) in bytes.indices.contains(index) && (48...57).contains(bytes[index]) }
    for (index, byte) in bytes.enumerated() where !isDigit(index) {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): break
        case UInt8(ascii: "_") where isDigit(index - 1) && isDigit(index + 1): break
        default: return nil
        }
    }
    return text.filter { $0 != "_" }
}

private func listItems(_ text: String) -> [String] {
    var rest = text.trimmed[...]
    while rest.last == "," {
        rest.removeLast()
    }
    guard !rest.isEmpty else { return [] }
    return rest.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmed }
}

extension String {
    fileprivate var trimmed: String {
        let start = self[...].drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
