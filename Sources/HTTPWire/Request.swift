/// A complete request, lent for the time of one call: everything in it points into the connection's buffer.
///
/// It cannot be copied or kept. What must outlive the call has to be copied out of it first, above all before returning
/// ``Disposition/later(_:)``.
public struct Request: ~Copyable {
    public enum Method: Sendable { case get, head, post, options, other }

    private let bytes: UnsafeRawBufferPointer
    private let head: RequestHead
    private let fields: UnsafeBufferPointer<FieldLine>
    public let method: Method
    /// The body, complete and without transfer coding; empty when there is none, or a large one.
    public let body: UnsafeRawBufferPointer
    /// A body that is not collected; only for a responder that ``Responder/takesLargeBodies``.
    public let largeBody: LargeBody?

    init(
        _ bytes: UnsafeRawBufferPointer, _ head: RequestHead, _ fields: UnsafeBufferPointer<FieldLine>,
        body: UnsafeRawBufferPointer, _ largeBody: LargeBody? = nil
    ) {
        self.bytes = bytes
        self.head = head
        self.fields = fields
        self.body = body
        self.largeBody = largeBody
        self.method = Method(head.method.of(bytes))
    }

    /// The method as sent; methods are case-sensitive.
    public var methodBytes: UnsafeRawBufferPointer { head.method.of(bytes) }

    /// The target as sent: neither decoded nor normalised, in whatever form the client chose (RFC 9112 §3.2).
    public var target: UnsafeRawBufferPointer { head.target.of(bytes) }

    public var isHTTP10: Bool { head.isHTTP10 }

    /// Whether the client wants the connection kept after this request.
    public var keepsAlive: Bool { head.keepsAlive }

    /// The value of a header field. A repeated field's values are joined by `", "` (RFC 9110 §5.3), which allocates.
    public func header(_ name: HeaderName) -> HeaderValue { headers[name] }

    /// The fields alone, to be looked at later in the same call. Valid only as long as the request.
    public var headers: RequestHeaders { RequestHeaders(bytes: bytes, fields: fields) }

    /// Calls `body` with the name and value of every header field, in the order sent.
    public func forEachHeader(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) rethrows {
        for field in fields {
            try body(field.name.of(bytes), field.value.of(bytes))
        }
    }
}

extension Request.Method {
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        self =
            switch bytes.count {
            case 3 where equals(bytes, "GET"): .get
            case 4 where equals(bytes, "HEAD"): .head
            case 4 where equals(bytes, "POST"): .post
            case 7 where equals(bytes, "OPTIONS"): .options
            default: .other
            }
    }
}
