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
            func digit(_ group: UInt32, _ shift: UInt32) -> UInt8 { alphabet[Int(group >> shift & 63)] }

            var position = 0
            for index in stride(from: 0, to: input.count - input.count % 3, by: 3) {
                let group = UInt32(input[index]) << 16 | UInt32(input[index + 1]) << 8 | UInt32(input[index + 2])
                output[position] = digit(group, 18)
                output[position + 1] = digit(group, 12)
                output[position + 2] = digit(group, 6)
                output[position + 3] = digit(group, 0)
                position += 4
            }
            let rest = input.suffix(input.count % 3)
            guard let first = rest.first else { return }
            let second = rest.dropFirst().first
            let group = UInt32(first) << 16 | UInt32(second ?? 0) << 8
            output[position] = digit(group, 18)
            output[position + 1] = digit(group, 12)
            output[position + 2] = second == nil ? padding : digit(group, 6)
            output[position + 3] = padding
        }
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
}
