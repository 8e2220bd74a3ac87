/// Base64 of RFC 4648 §4: padded, without line breaks.
enum Base64 {
    static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    static func encode(_ input: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: encodedCount(input.count)) { output, written in
            input.withUnsafeBytes { encode($0, into: output) }
            written = output.count
        }
    }

    /// `output` has room for `encodedCount(input.count)` bytes.
    static func encode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>) {
        alphabet.withUTF8Buffer { alphabet in
            func put(_ group: UInt32, _ digits: Int, at position: Int) {
                for digit in 0..<digits {
                    output[position + digit] = alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]
                }
            }
            var position = 0
            var index = 0
            while index + 2 < input.count {
                put(group(input[index], input[index + 1], input[index + 2]), 4, at: position)
                index += 3
                position += 4
            }
            guard index < input.count else { return }
            let second = index + 1 < input.count ? input[index + 1] : nil
            put(group(input[index], second ?? 0, 0), second == nil ? 2 : 3, at: position)
            if second == nil { output[position + 2] = UInt8(ascii: "=") }
            output[position + 3] = UInt8(ascii: "=")
        }
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    private static func group(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    }
}
