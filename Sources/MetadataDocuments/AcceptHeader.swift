/// An `Accept` header: media ranges and their quality (RFC 9110 §12.5.1).
struct AcceptHeader {
    struct MediaRange {
        /// Lower case; `*` for any.
        var type: [UInt8]
        var subtype: [UInt8]
        var hasParameters: Bool
        /// Thousandths.
        var quality: Int
    }

    let ranges: [MediaRange]

    /// The form of an error page (contract nova.md §2.5): HTML is preferred to JSON, both to nothing acceptable, which
    /// is plain text. A header that breaks the grammar accepts everything, as HTTP allows a server to read it.
    static func errorPageType(_ value: UnsafeRawBufferPointer?) -> Reply.ContentType {
        guard let value, !value.isEmpty else { return .plainText }
        guard let header = AcceptHeader(value) else { return .html }
        let html = header.quality(type: "text", subtype: "html")
        let json = header.quality(type: "application", subtype: "json")
        if html == 0, json == 0 { return .plainText }
        return html >= json ? .html : .json
    }

    /// The quality of the most specific range that covers a type, in thousandths; of equally specific ones, the first.
    /// 0: not acceptable. A range with parameters covers no type that has none.
    func quality(type: StaticString, subtype: StaticString) -> Int {
        var best = (specificity: 0, quality: 0)
        for range in ranges {
            guard let specificity = range.specificity(type, subtype), specificity > best.specificity else { continue }
            best = (specificity, range.quality)
        }
        return best.quality
    }

    /// Nil when the value breaks the grammar.
    init?(_ value: UnsafeRawBufferPointer) {
        var scanner = AcceptScanner(value)
        guard let ranges = scanner.list() else { return nil }
        self.ranges = ranges
    }
}

extension AcceptHeader.MediaRange {
    /// 3: the type itself, 2: all its subtypes, 1: everything; nil: not covered.
    fileprivate func specificity(_ type: StaticString, _ subtype: StaticString) -> Int? {
        if self.type == Self.any, self.subtype == Self.any { return 1 }
        guard self.type.withUnsafeBytes({ $0.equals(type) }) else { return nil }
        if self.subtype == Self.any { return 2 }
        return !hasParameters && self.subtype.withUnsafeBytes { $0.equals(subtype) } ? 3 : nil
    }

    private static let any = [UInt8(ascii: "*")]
}

/// Reads the grammar `#( media-range [ weight ] )` with RFC 7231's extension parameters after the weight.
private struct AcceptScanner {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// `[ ( "," / element ) *( OWS "," [ OWS element ] ) ]`: elements may be empty, but a single comma does not stand
    /// before the first one, and white space not at the end.
    mutating func list() -> [AcceptHeader.MediaRange]? {
        var ranges: [AcceptHeader.MediaRange] = []
        if !take(",") {
            guard let range = mediaRange() else { return nil }
            ranges.append(range)
        }
        while index < bytes.count {
            skipSpace()
            guard take(",") else { return nil }
            let afterComma = index
            skipSpace()
            if let next = current, next != UInt8(ascii: ",") {
                guard let range = mediaRange() else { return nil }
                ranges.append(range)
            } else if current == nil {
                return index == afterComma ? ranges : nil
            }
        }
        return ranges
    }

    private mutating func mediaRange() -> AcceptHeader.MediaRange? {
        guard let type = token(), take("/"), let subtype = token() else { return nil }
        var range = AcceptHeader.MediaRange(type: type, subtype: subtype, hasParameters: false, quality: 1000)
        var hasWeight = false
        while takeSemicolon() {
            guard let name = token() else { return nil }
            if !hasWeight, name == [UInt8(ascii: "q")] {
                guard take("="), let quality = quality() else { return nil }
                range.quality = quality
                hasWeight = true
            } else {
                let hasValue = take("=")
                guard hasValue ? tokenOrQuoted() : hasWeight else { return nil }
                if !hasWeight { range.hasParameters = true }
            }
        }
        return range
    }

    /// `0` or `1` with up to three decimals, in thousandths; at most 1.
    private mutating func quality() -> Int? {
        guard let first = digit(), first <= 1 else { return nil }
        var value = first * 1000
        if take(".") {
            var weight = 100
            while weight > 0, let digit = digit() {
                value += digit * weight
                weight /= 10
            }
        }
        return value <= 1000 ? value : nil
    }

    private mutating func digit() -> Int? {
        guard let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        index += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    /// Lower-cased; nil for none.
    private mutating func token() -> [UInt8]? {
        let start = index
        while let byte = current, Self.isTokenCharacter(byte) { index += 1 }
        guard index > start else { return nil }
        return bytes[start..<index].map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private mutating func tokenOrQuoted() -> Bool {
        guard take("\"") else { return token() != nil }
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = current, Self.isText(escaped) else { return false }
                index += 1
            } else if !Self.isText(byte) {
                return false
            }
        }
        return false
    }

    private mutating func takeSemicolon() -> Bool {
        let start = index
        skipSpace()
        guard take(";") else {
            index = start
            return false
        }
        skipSpace()
        return true
    }

    private var current: UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { index += 1 }
    }

    /// `tchar` of RFC 9110 §5.6.2.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func isText(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\t") || byte >= 0x20 && byte != 0x7F
    }
}
