/// Base64 as Python reads it by default: what is not of the alphabet is skipped, and what follows a completed padding is
/// ignored (contract nova.md §4.1).
enum LenientBase64 {
    /// - Throws: ``BlobError`` for a wrong padding, a length that no octets have, and anything beyond ASCII.
    static func decode(_ text: [UInt8]) throws(BlobError) -> [UInt8] {
        guard text.allSatisfy({ $0 < 0x80 }) else {
            throw BlobError(description: "expected Base64, found another text")
        }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var digits = 0
        var padding = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                padding += 1
                if digits >= 2, digits + padding >= 4 { return output }
                continue
            }
            guard let value = values[Int(character)] else { continue }
            padding = 0
            group = group << 6 | UInt32(value)
            digits = (digits + 1) % 4
            if digits != 1 { output.append(UInt8(truncatingIfNeeded: group >> shifts[digits])) }
        }
        guard digits == 0 else { throw BlobError(description: "expected Base64, found its end missing") }
        return output
    }

    /// Where the next whole octet stands in the group, by the number of digits taken.
    private static let shifts: [UInt32] = [0, 0, 4, 2]

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 128)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
