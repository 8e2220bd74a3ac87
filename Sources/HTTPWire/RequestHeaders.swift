/// The header fields of a ``Request``, in the connection's buffer: valid only until the call that has the request returns.
public struct RequestHeaders {
    let bytes: UnsafeRawBufferPointer
    let fields: UnsafeBufferPointer<FieldLine>

    /// The value of a field. A repeated field's values are joined by `", "` (RFC 9110 §5.3), which allocates.
    public subscript(name: HeaderName) -> HeaderValue {
        for index in fields.indices where name.matches(fields[index].name.of(bytes)) {
            let value = fields[index].value.of(bytes)
            return joined(value, name, after: index) ?? .single(value)
        }
        return .absent
    }

    @inline(__always)
    private func joined(_ first: UnsafeRawBufferPointer, _ name: HeaderName, after index: Int) -> HeaderValue? {
        var all: [UInt8]?
        for field in fields[(index + 1)...] where name.matches(field.name.of(bytes)) {
            if all == nil { all = Array(first) }
            all?.append(contentsOf: [Octet.comma, Octet.space])
            all?.append(contentsOf: field.value.of(bytes))
        }
        return all.map { .joined($0) }
    }
}
