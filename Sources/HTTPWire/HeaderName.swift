/// The name of a header field to look for. Compared without regard to ASCII case and otherwise exactly: `X_Instance_ID`
/// is not `X-Instance-ID`.
///
/// Made from a literal, so that looking a name up costs no reference counting.
public struct HeaderName: ExpressibleByStringLiteral, Sendable {
    @usableFromInline let text: StaticString

    public init(stringLiteral text: StaticString) {
        self.text = text
    }

    /// Whether a field of this name is the one meant.
    @inline(__always)
    public func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        equalsIgnoringCase(bytes, text)
    }
}

extension HeaderName: CustomStringConvertible {
    public var description: String { text.description }
}

/// ASCII case-insensitive equality.
@inline(__always)
func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
        for index in 0..<expected.count where bytes[index] != expected[index] {
            guard Octet.lowercased(bytes[index]) == Octet.lowercased(expected[index]) else { return false }
        }
        return true
    }
}

/// Equality of octets.
@inline(__always)
func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
        for index in 0..<expected.count where bytes[index] != expected[index] { return false }
        return true
    }
}
