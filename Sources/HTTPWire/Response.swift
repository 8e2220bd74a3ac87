import NIOCore

/// A response that owns its parts: for pages of the wire and answers that come later. An answer that is ready at once
/// goes through ``ResponseWriter`` without one.
public struct Response: Sendable {
    public var status: Status
    /// Everything but `Content-Length`, `Transfer-Encoding` and `Connection`, which the connection decides.
    public var fields: HeaderFields
    public var body: ByteBuffer
    /// The length that `Content-Length` announces. Differs from the body's only in an answer to HEAD; nil when even
    /// that is not known.
    public var contentLength: Int?
    /// Where the rest of the body comes from, on the event loop that made the response; nil: ``body`` is all of it.
    /// Then ``body`` is empty, and ``contentLength`` is nil when the length will only be known at the end.
    var rest: NIOLoopBound<any BodySource>?
    /// Whether `Content-Length` comes before or after the other fields.
    public var order: FieldOrder

    public init(
        _ status: Status, fields: HeaderFields = HeaderFields(), body: ByteBuffer = ByteBuffer(),
        order: FieldOrder = .lengthFirst
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.contentLength = body.readableBytes
        self.order = order
    }

    /// Bytes of the body that are or will be sent; 0 for a body of unknown length that is still to come.
    public var bodyBytes: Int { rest == nil ? body.readableBytes : contentLength ?? 0 }

    public init(_ status: Status, contentType: String, body: ByteBuffer, order: FieldOrder = .lengthFirst) {
        var fields = HeaderFields()
        fields.append("Content-Type", contentType)
        self.init(status, fields: fields, body: body, order: order)
    }

    /// A response whose body comes piece by piece; its length will only be known at the end.
    public init(_ status: Status, contentType: String, body source: NIOLoopBound<any BodySource>) {
        self.init(status, contentType: contentType, body: ByteBuffer())
        contentLength = nil
        rest = source
    }
}

/// The order of `Content-Length` and `Content-Type` in a response head.
public enum FieldOrder: Sendable { case lengthFirst, typeFirst }
