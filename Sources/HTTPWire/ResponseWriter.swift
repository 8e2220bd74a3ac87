import NIOCore

/// Writes responses as bytes into a connection's outgoing buffer.
///
/// ``write(_:contentType:body:order:)`` is the whole answer in one call. A body in pieces is announced with
/// ``start(_:contentType:contentLength:order:fields:)`` and then given with ``append(_:)``; the pieces must add up to the
/// announced length, or the answer is taken back and the client gets a 500. For HEAD, and for a status that has no body,
/// the body given is left out.
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
    ///   - contentType: the value of `Content-Type`, without line breaks; no such field when nil.
    ///   - order: which of `Content-Length` and `Content-Type` comes first (contract nova.md §2.5: the length).
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
        _ status: Status, contentLength: Int?, order: FieldOrder, contentType: String?, fields: HeaderFields
    ) {
        // A second response to one request would be taken for the answer to the client's next one.
        if isStarted { takeBack() }
        isStarted = true
        announced = contentLength
        omitsBody = terms.isHead || status.isBodiless
        buffer.reserveCapacity(minimumWritableBytes: 192 + (omitsBody ? 0 : contentLength ?? 0))
        writeStatusLine(status)
        if order == .lengthFirst { writeLength(status) }
        if let contentType {
            buffer.writeStaticString("Content-Type: ")
            buffer.writeString(contentType)
            buffer.writeStaticString("\r\n")
        }
        if !fields.isEmpty { buffer.writeImmutableBuffer(fields.lines) }
        if order == .typeFirst { writeLength(status) }
        writeEnd()
    }

    @inline(__always)
    private mutating func writeStatusLine(_ status: Status) {
        if status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status.code) \(status.reason)\r\n")
        }
    }

    @inline(__always)
    private mutating func writeLength(_ status: Status) {
        guard let announced, !status.isBodiless else { return }
        buffer.writeStaticString("Content-Length: ")
        buffer.writeDecimal(announced)
        buffer.writeStaticString("\r\n")
    }

    @inline(__always)
    private mutating func writeEnd() {
        switch (terms.keepsAlive, terms.isHTTP10) {
        case (true, false), (false, true): buffer.writeStaticString("\r\n")
        case (true, true): buffer.writeStaticString("Connection: keep-alive\r\n\r\n")
        case (false, false): buffer.writeStaticString("Connection: close\r\n\r\n")
        }
    }
}

extension ByteBuffer {
    /// Writes a number that is not negative in decimal, without making a string of it.
    mutating func writeDecimal(_ number: Int) {
        var rest = UInt64(max(0, number))
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var index = 20
            repeat {
                index -= 1
                digits[index] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
                rest /= 10
            } while rest > 0
            writeBytes(UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }
}
