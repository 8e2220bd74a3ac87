import HTTPWire
import MetadataDocuments
import NIOCore

extension ResponseWriter {
    /// Writes an answer's head and, piece by piece, its body.
    @inline(__always)
    mutating func write(_ reply: Reply) {
        start(
            reply.wireStatus, contentType: reply.contentType?.text, contentLength: reply.bodyCount,
            order: reply.headersTypeFirst ? .typeFirst : .lengthFirst)
        reply.forEachPiece { append($0) }
    }
}

extension Response {
    /// The same answer for the slow path.
    /// - Parameter retryAfter: seconds; adds `Retry-After`.
    init(_ reply: Reply, retryAfter: Int? = nil) {
        var fields = HeaderFields()
        if let type = reply.contentType { fields.append("Content-Type", type.text) }
        if let retryAfter { fields.append("Retry-After", String(retryAfter)) }
        var body = ByteBuffer()
        body.reserveCapacity(reply.bodyCount)
        reply.forEachPiece { body.writeBytes($0) }
        self.init(
            reply.wireStatus, fields: fields, body: body, order: reply.headersTypeFirst ? .typeFirst : .lengthFirst)
    }
}

extension Reply {
    fileprivate var wireStatus: Status {
        status == 200 ? .ok : Status(status, "\(reason)")
    }
}

extension Reply.ContentType {
    /// Literals, so that no request makes a string.
    fileprivate var text: String {
        switch self {
        case .plainText: "text/plain; charset=UTF-8"
        case .html: "text/html; charset=UTF-8"
        case .json: "application/json"
        }
    }
}
