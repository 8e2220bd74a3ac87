import NIOCore

/// Reads HTTP/1.x requests (RFC 9112) out of bytes that somebody else receives and keeps. Does no input or output.
///
/// Give ``parse(_:)`` all bytes from where the request starts; it goes on where it stopped. When a request is complete,
/// use it with ``withRequest(in:_:)`` on the same bytes, drop what it consumed and call ``reset()``. The result does
/// not depend on how the bytes were split.
///
/// Strict where leniency lets two servers read one message differently: lines end with CR LF, one space separates the
/// parts of the request line, no blank before a colon, no folded fields, one meaning of the body's length. Any method
/// that is a token is let through, and a target may hold any octet but controls and the space.
public struct RequestParser: ~Copyable {
    public enum Outcome {
        /// Call again with more bytes.
        case needMore
        /// A complete request, head and body, of this many bytes.
        case request(consumed: Int)
        /// A complete head, whose body is larger than ``WireLimits/bodyBytes``. Only for who takes large bodies.
        case largeBody
        /// Not a request that can be served. The connection cannot be used any further.
        case failure(WireFailure)
    }

    private enum Phase { case requestLine, fields, sizedBody, chunkedBody }

    /// What there is of a large body.
    struct LargeBodyParts {
        /// As announced; nil for a chunked body.
        let length: Int?
        /// Reads what follows ``consumed``.
        let reader: BodyReader
        /// What the consumed bytes have already brought of the body.
        let decoded: ByteBuffer
        let consumed: Int
    }

    private let limits: WireLimits
    private let takesLargeBodies: Bool
    private var isLarge = false
    private var phase = Phase.requestLine
    private var lineStart = 0
    /// Where the search for the end of an incomplete line goes on.
    private var searched = 0
    private var emptyLines = 0
    private var fields: [FieldLine] = []
    private var chunks = ChunkedDecoder()
    private(set) var head = RequestHead()

    public init(limits: WireLimits = WireLimits()) {
        self.init(limits: limits, takesLargeBodies: false)
    }

    /// - Parameter takesLargeBodies: whether a body beyond ``WireLimits/bodyBytes`` is an ``Outcome/largeBody`` instead
    ///   of a failure.
    init(limits: WireLimits, takesLargeBodies: Bool) {
        self.limits = limits
        self.takesLargeBodies = takesLargeBodies
    }

    /// Whether nothing of a request has been seen; empty lines between requests are nothing.
    var isIdle: Bool { phase == .requestLine && searched == lineStart }

    /// Whether the head is complete, asks for `100 Continue`, and nothing of the body is there yet.
    func awaitsContinue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        head.expectsContinue && !head.isHTTP10 && (phase == .sizedBody || phase == .chunkedBody)
            && bytes.count == head.bodyStart
    }

    /// Makes the parser ready for the next request.
    public mutating func reset() {
        phase = .requestLine
        isLarge = false
        lineStart = 0
        searched = 0
        emptyLines = 0
        fields.removeAll(keepingCapacity: true)
        head = RequestHead()
    }

    public mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        do throws(WireFailure) {
            return try advance(bytes).map { .request(consumed: $0) } ?? (isLarge ? .largeBody : .needMore)
        } catch {
            return .failure(error)
        }
    }

    /// Lends the complete request in `bytes` for the time of the call.
    public func withRequest<Answer>(
        in bytes: UnsafeRawBufferPointer, _ body: (borrowing Request) throws -> Answer
    ) rethrows -> Answer {
        try fields.withUnsafeBufferPointer { fields in
            guard head.isChunked else {
                let content = bytes[head.bodyStart..<head.bodyStart + head.contentLength]
                return try body(Request(bytes, head, fields, body: UnsafeRawBufferPointer(rebasing: content)))
            }
            return try chunks.body.withUnsafeBytes { content in
                try body(Request(bytes, head, fields, body: content))
            }
        }
    }

    /// Lends the request whose body is a large one.
    func withRequest<Answer>(
        in bytes: UnsafeRawBufferPointer, _ largeBody: LargeBody, _ body: (borrowing Request) throws -> Answer
    ) rethrows -> Answer {
        try fields.withUnsafeBufferPointer { fields in
            try body(Request(bytes, head, fields, body: UnsafeRawBufferPointer(start: nil, count: 0), largeBody))
        }
    }

    /// Hands over what is there of a large body. The head stays until ``reset()``.
    mutating func takeLargeBody() -> LargeBodyParts {
        guard head.isChunked else {
            let reader = BodyReader(contentLength: head.contentLength, chunks: nil)
            return LargeBodyParts(
                length: head.contentLength, reader: reader, decoded: ByteBuffer(), consumed: head.bodyStart)
        }
        let (body, consumed) = chunks.takeDecoded()
        let reader = BodyReader(contentLength: 0, chunks: chunks)
        return LargeBodyParts(length: nil, reader: reader, decoded: ByteBuffer(bytes: body), consumed: consumed)
    }

    /// The request's length once it is complete.
    private mutating func advance(_ bytes: UnsafeRawBufferPointer) throws(WireFailure) -> Int? {
        while phase == .requestLine || phase == .fields {
            guard let end = try lineEnd(bytes) else { return nil }
            if phase == .requestLine {
                try readRequestLine(bytes, end)
            } else if end == lineStart {
                try finishHead(bodyStart: end + 2)
            } else {
                try readField(bytes, end)
            }
            lineStart = end + 2
            searched = lineStart
        }
        return phase == .sizedBody ? sizedEnd(bytes) : try chunkedEnd(bytes)
    }

    private func sizedEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !isLarge else { return nil }
        let end = head.bodyStart + head.contentLength
        return bytes.count >= end ? end : nil
    }

    private mutating func chunkedEnd(_ bytes: UnsafeRawBufferPointer) throws(WireFailure) -> Int? {
        switch chunks.decode(bytes, limit: limits.bodyBytes) {
        case .needMore: return nil
        case .complete(let end): return end
        case .malformed(let explanation): throw .malformed(explanation)
        case .tooLarge:
            try noteLargeBody()
            return nil
        }
    }

    /// The offset of the CR LF that ends the present line, or nil when it is not there yet.
    @inline(__always)
    private mutating func lineEnd(_ bytes: UnsafeRawBufferPointer) throws(WireFailure) -> Int? {
        guard let feed = lineFeed(in: bytes, from: searched) else {
            try checkUnfinishedLine(bytes)
            searched = max(searched, bytes.count)
            return nil
        }
        if feed >= limits.headBytes { try checkUnfinishedLine(bytes) }
        guard feed > lineStart, bytes[feed - 1] == Octet.cr else {
            throw .malformed("A line of the request head does not end with CR LF.")
        }
        return feed - 1
    }

    /// Refuses what cannot become a request however it goes on, so that it need not be collected.
    private func checkUnfinishedLine(_ bytes: UnsafeRawBufferPointer) throws(WireFailure) {
        if phase == .requestLine, lineStart < bytes.count {
            let first = bytes[lineStart]
            guard Octet.isToken(first) || first == Octet.cr || first == Octet.lf else { throw Self.noRequestLine }
        }
        guard bytes.count >= limits.headBytes else { return }
        throw phase == .requestLine ? targetTooLong : headTooLarge
    }
}

extension RequestParser {
    private mutating func readRequestLine(_ bytes: UnsafeRawBufferPointer, _ end: Int) throws(WireFailure) {
        guard end > lineStart else {
            emptyLines += 1
            guard emptyLines <= 4 else { throw Self.noRequestLine }
            return
        }
        var index = lineStart
        while index < end, Octet.isToken(bytes[index]) { index += 1 }
        guard index > lineStart, index < end, bytes[index] == Octet.space else { throw Self.noRequestLine }
        head.method = ByteRange(lineStart, index)
        let target = index + 1
        index = target
        while index < end, bytes[index] > Octet.space, bytes[index] != Octet.delete { index += 1 }
        guard index > target, index < end, bytes[index] == Octet.space else { throw Self.noRequestLine }
        guard index - target <= limits.targetBytes else { throw targetTooLong }
        head.target = ByteRange(target, index)
        try readVersion(UnsafeRawBufferPointer(rebasing: bytes[index + 1..<end]))
        phase = .fields
    }

    private mutating func readVersion(_ text: UnsafeRawBufferPointer) throws(WireFailure) {
        if equals(text, "HTTP/1.1") { return }
        guard text.count == 8, equals(UnsafeRawBufferPointer(rebasing: text[..<5]), "HTTP/"),
            text[6] == UInt8(ascii: "."), Octet.isDigit(text[5]), Octet.isDigit(text[7])
        else { throw Self.noRequestLine }
        guard text[5] == UInt8(ascii: "1"), text[7] <= UInt8(ascii: "1") else {
            throw WireFailure(.versionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
        }
        head.isHTTP10 = text[7] == UInt8(ascii: "0")
    }

    private mutating func readField(_ bytes: UnsafeRawBufferPointer, _ end: Int) throws(WireFailure) {
        guard let line = FieldLine(bytes, lineStart, end) else {
            throw .malformed("A header field is not of the form \"name: value\".")
        }
        guard fields.count < limits.headerFields else { throw headTooLarge }
        if fields.isEmpty { fields.reserveCapacity(16) }
        fields.append(line)
        try head.note(line, in: bytes)
    }

    private mutating func finishHead(bodyStart: Int) throws(WireFailure) {
        try head.finish(bodyStart: bodyStart)
        guard head.isChunked else {
            if head.contentLength > limits.bodyBytes { try noteLargeBody() }
            phase = .sizedBody
            return
        }
        chunks.reset(at: bodyStart)
        phase = .chunkedBody
    }

    private mutating func noteLargeBody() throws(WireFailure) {
        // A length that is too large for a number cannot be passed on.
        guard takesLargeBodies, head.contentLength < Int.max else { throw bodyTooLarge }
        isLarge = true
    }

    private static var noRequestLine: WireFailure {
        .malformed("The request line is not of the form \"METHOD target HTTP/1.1\".")
    }

    private var targetTooLong: WireFailure {
        WireFailure(.uriTooLong, "The request target is longer than \(limits.targetBytes) bytes.")
    }

    private var headTooLarge: WireFailure {
        WireFailure(
            .headerFieldsTooLarge,
            "The request head has more than \(limits.headBytes) bytes or \(limits.headerFields) header fields.")
    }

    private var bodyTooLarge: WireFailure {
        WireFailure(.contentTooLarge, "The request body is larger than \(limits.bodyBytes) bytes.")
    }
}
