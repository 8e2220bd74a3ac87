import InstanceModel

/// The one part of JSON that YAML does not have: a character beyond U+FFFF written as two `\u` escapes.
enum JSONEscapes {
    /// The text with every such pair replaced by its character, if the text is JSON; columns after it on the same line
    /// then count less.
    static func joiningSurrogates(in text: String) -> String {
        guard let first = text.utf8.first(where: { !$0.isJSONSpace }), first == UInt8(ascii: "{") else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let scalar = surrogatePair(in: bytes, at: index) {
                result += Array(String(scalar).utf8)
                index += 12
            } else {
                let length = bytes[index] == UInt8(ascii: "\\") ? min(2, bytes.count - index) : 1
                result += bytes[index..<index + length]
                index += length
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func surrogatePair(in bytes: [UInt8], at index: Int) -> Unicode.Scalar? {
        guard let high = codeUnit(in: bytes, at: index), UTF16.isLeadSurrogate(high),
            let low = codeUnit(in: bytes, at: index + 6), UTF16.isTrailSurrogate(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    }

    /// The value of `\u` and four hexadecimal digits at `index`; nil where that does not stand.
    private static func codeUnit(in bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var value: UInt16 = 0
        for byte in bytes[index + 2..<index + 6] {
            guard let digit = hexDigitValue(byte) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

extension UInt8 {
    fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
