/// What a caller must present for one instance: the signatures of its id under every accepted secret, made once so that
/// a warm request costs a comparison and no hash.
public struct ExpectedSignature: Sendable {
    static let length = 64

    /// One signature after the other, ``length`` octets each.
    private let signatures: [UInt8]

    init(_ signatures: [UInt8]) {
        self.signatures = signatures
    }

    /// Whether `signature` is one of them. Takes the same time wherever they differ.
    public func matches(_ signature: UnsafeRawBufferPointer) -> Bool {
        guard signature.count == Self.length else { return false }
        return signatures.withUnsafeBytes { expected in
            var matched = false
            for start in stride(from: 0, to: expected.count, by: Self.length) {
                var difference: UInt64 = 0
                for offset in stride(from: 0, to: Self.length, by: 8) {
                    difference |=
                        expected.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
                        ^ signature.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                }
                if difference == 0 { matched = true }
            }
            return matched
        }
    }
}
