import NIOCore

/// Writes responses as bytes into a connection's outgoing buffer.
///
/// ``write(_:contentType:body:order:)`` is the whole answer in one call. A body in pieces is announced with
/// ``start(_:contentType:contentLength:order:fields:)`` and then given with ``append(_:)``; the pieces must add up to
/// the announced length, or the answer is taken back and the client gets a 500. For HEAD, and for a status that has no
/// body, the body given is left out.
///
/// Neither `Date` nor `Server` is sent, as Nova's own hosts leave that to whatever stands before them.
public struct ResponseWriter: ~Copyable {
    /// What of a request its response depends on.
    struct Terms {
        var isHead = false
        var isHTTP10 = false
        var keepsAlive = true
    }

    var buffer = ByteBuffer()
    private var terms = Terms()
    /// Where the present response starts in ``buffer``.
    private var start = 0
    private var isStarted = false
    private var omitsBody = false
    private var announced: Int?
    private var appended = 0

    init() {}

    /// Ready for the next response.
    @inline(__always)
    mutating func begin(_ terms: Terms) {
        self.terms = terms
        start = buffer.writerIndex
        isStarted = false
        announced = nil
        appended = 0
    }

    /// Whether exactly one response with as many body bytes as it announced has been written.
    var isComplete: Bool { isStarted && (omitsBody || appended == announced) }

    /// Takes back what has been written of the present response.
    mutating func takeBack() {
        buffer.moveWriterIndex(to: start)
        isStarted = false
        appended = 0
    }

    /// Writes a whole response.
    ///
    /// - Parameters:
    public mutating func write(
        _ status: Status, contentType: String?, body: UnsafeRawBufferPointer, order: FieldOrder = .lengthFirst
    ) {
        start(status, contentType: contentType, contentLength: body.count, order: order)
        append(body)
    }

    public mutating func write(
        _ status: Status, contentType: String?, body: [UInt8], order: FieldOrder = .lengthFirst
    ) {
        body.withUnsafeBytes { write(status, contentType: contentType, body: $0, order: order) }
    }

    /// Writes a whole response that owns its parts.
    public mutating func write(_ response: Response) {
        writeHead(
            response.status, contentLength: response.contentLength, order: response.order, contentType: nil,
            fields: response.fields)
        guard !omitsBody else { return }
        response.body.withUnsafeReadableBytes { append($0) }
    }

    /// Writes the head of a response whose body somebody else sends.
    /// - Parameter isChunked: whether the body is sent in chunks, its length being unknown.
    mutating func writeHead(of response: Response, isChunked: Bool) {
        var fields = response.fields
        if isChunked { fields.append("Transfer-Encoding", "chunked") }
        writeHead(
            response.status, contentLength: response.contentLength, order: response.order, contentType: nil,
            fields: fields, reservingBody: false)
    }

    /// Writes a response's head. The body's pieces follow with ``append(_:)``.
    ///
    /// - Parameter contentLength: bytes of the body, 0 or more.
    public mutating func start(
        _ status: Status, contentType: String?, contentLength: Int, order: FieldOrder = .lengthFirst,
        fields: HeaderFields = HeaderFields()
    ) {
        writeHead(status, contentLength: contentLength, order: order, contentType: contentType, fields: fields)
    }

    /// Adds a piece of the body.
    @inline(__always)
    public mutating func append(_ piece: UnsafeRawBufferPointer) {
        appended += piece.count
        if !omitsBody { buffer.writeBytes(piece) }
    }

    public mutating func append(_ piece: [UInt8]) {
        piece.withUnsafeBytes { append($0) }
    }
}

extension ResponseWriter {
    @inline(__always)
    private mutating func writeHead(
        _ status: Status, contentLength: Int?, order: FieldOrder, contentType: String?, fields: HeaderFields,
        reservingBody: Bool = true
    ) {
        // A second response to one request would be taken for the answer to the client's next one.
        if isStarted { takeBack() }
        isStarted = true
        announced = contentLength
        omitsBody = terms.isHead || status.isBodiless
        let length = status.isBodiless ? nil : contentLength
        let terms = terms
        let text = status.reason.utf8.count + (contentType?.utf8.count ?? 0) + fields.lines.readableBytes
        let body = omitsBody || !reservingBody ? 0 : contentLength ?? 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: HeadCursor.fixedBytes + text + body) { memory in
            var cursor = HeadCursor(memory)
            cursor.putStatusLine(status)
            if order == .lengthFirst { cursor.putLength(length) }
            if let contentType {
                cursor.put("Content-Type: ")
                cursor.put(contentType)
                cursor.put("\r\n")
            }
            if !fields.isEmpty { fields.lines.withUnsafeReadableBytes { cursor.put($0) } }
            if order == .typeFirst { cursor.putLength(length) }
            cursor.putEnd(terms)
            return cursor.count
        }
    }
}

extension HeadCursor {
    @inline(__always)
    fileprivate mutating func putStatusLine(_ status: Status) {
        if status == .ok { return put("HTTP/1.1 200 OK\r\n") }
        put("HTTP/1.1 ")
        put(status.code)
        put(" ")
        put(status.reason)
        put("\r\n")
    }

    @inline(__always)
    fileprivate mutating func putLength(_ length: Int?) {
        guard let length else { return }
        put("Content-Length: ")
        put(length)
        put("\r\n")
    }

    @inline(__always)
    fileprivate mutating func putEnd(_ terms: ResponseWriter.Terms) {
        switch (terms.keepsAlive, terms.isHTTP10) {
        case (true, false), (false, true): put("\r\n")
        case (true, true): put("Connection: keep-alive\r\n\r\n")
        case (false, false): put("Connection: close\r\n\r\n")
        }
    }
}
