/// The value of one header field of a ``Request``, valid as long as the request is.
public enum HeaderValue {
    /// There is no such field. An empty value is not absent.
    case absent
    /// The only field of that name: the value without blanks around it, in the connection's buffer.
    case single(UnsafeRawBufferPointer)
    /// Several fields of that name, their values joined by `", "`.
    case joined([UInt8])

    public var isPresent: Bool {
        if case .absent = self { false } else { true }
    }

    /// Neither absent nor empty.
    public var hasContent: Bool {
        switch self {
        case .absent: false
        case .single(let bytes): !bytes.isEmpty
        case .joined: true
        }
    }

    /// Lends the value's bytes; nil when there is no such field.
    @inlinable
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
        switch self {
        case .absent: nil
        case .single(let bytes): try body(bytes)
        case .joined(let bytes): try bytes.withUnsafeBytes(body)
        }
    }

    /// A copy of the value; nil when there is no such field.
    public var copy: [UInt8]? { withBytes { Array($0) } }
}
