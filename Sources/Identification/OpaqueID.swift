import InstanceModel

/// An identifier that another service has made: a UUID with or without hyphens as a rule, which is kept as two words,
/// but any text will do.
struct OpaqueID: Hashable, Sendable {
    private enum Form: Hashable, Sendable {
        /// As in 9c1f4a52-0f1e-4c53-9d8e-2f6a8a3b7c10.
        case hyphenated(high: UInt64, low: UInt64)
        /// 32 digits.
        case plain(high: UInt64, low: UInt64)
        case text(String)
    }

    private struct Anything {}
    private let form: Form

    init(_ text: String) {
        if let id = Identifier<Anything>(text), id.description == text {
            form = .hyphenated(high: id.high, low: id.low)
        } else if let id = Self.plain(text) {
            form = .plain(high: id.high, low: id.low)
        } else {
            form = .text(text)
        }
    }

    var isEmpty: Bool { form == .text("") }

    /// Nil for what is no UUID with hyphens.
    func identifier<Entity>() -> Identifier<Entity>? {
        switch form {
        case .hyphenated(let high, let low): Identifier(high: high, low: low)
        case .plain: nil
        case .text(let text): Identifier(text)
        }
    }

    private static func plain(_ text: String) -> (high: UInt64, low: UInt64)? {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        return (high, low)
    }

    private static func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

extension OpaqueID: CustomStringConvertible {
    var description: String {
        switch form {
        case .hyphenated(let high, let low): Identifier<Anything>(high: high, low: low).description
        case .plain(let high, let low): Self.digits(high) + Self.digits(low)
        case .text(let text): text
        }
    }
}

extension OpaqueID: Codable {
    init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
