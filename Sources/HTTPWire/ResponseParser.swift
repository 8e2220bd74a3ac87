/// Reads one HTTP/1.x response (RFC 9112) out of bytes that somebody else receives and keeps. Does no input or output.
///
/// As ``RequestParser``, it is given all bytes from where the response starts and goes on where it stopped. Interim
/// responses (1xx) are skipped. The result does not depend on how the bytes were split.
struct ResponseParser {
    enum Outcome {
        case needMore
        /// The response is complete and this many bytes long.
        case complete(end: Int)
        /// The head is complete, and the body is larger than ``UpstreamLimits/collectedBytes``.
        case large
        case failure(UpstreamError)
    }

    private enum Phase { case statusLine, fields, sizedBody, chunkedBody, bodyUntilClose }

    private let isHead: Bool
    private let limits: UpstreamLimits
    private var phase = Phase.statusLine
    /// Where the present response starts, after interim ones.
    private var start = 0
    private var lineStart = 0
    private var searched = 0
    private(set) var head = ResponseHead()
    private(set) var chunks = ChunkedDecoder()
    private var isLarge = false

    /// - Parameter isHead: whether the response is one to HEAD, which has no body whatever its fields say.
    init(isHead: Bool, limits: UpstreamLimits) {
        self.isHead = isHead
        self.limits = limits
    }

    /// - Parameter isEnd: whether the connection has ended, so that no further byte comes.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, isEnd: Bool = false) -> Outcome {
        do throws(UpstreamError) {
            if let end = try advance(bytes, isEnd: isEnd) { return .complete(end: end) }
            if isLarge { return .large }
            guard !isEnd else { throw .badResponse("the connection ended before the response did") }
            return .needMore
        } catch {
            return .failure(error)
        }
    }

    private mutating func advance(_ bytes: UnsafeRawBufferPointer, isEnd: Bool) throws(UpstreamError) -> Int? {
        while phase == .statusLine || phase == .fields {
            guard let end = try lineEnd(bytes) else { return nil }
            if phase == .statusLine {
                try head.readStatusLine(bytes, lineStart, end)
                phase = .fields
            } else if end == lineStart {
                try finishHead(bodyStart: end + 2)
            } else {
                try readField(bytes, end)
            }
            lineStart = end + 2
            searched = lineStart
        }
        return try bodyEnd(bytes, isEnd: isEnd)
    }

    private mutating func lineEnd(_ bytes: UnsafeRawBufferPointer) throws(UpstreamError) -> Int? {
        let feed = lineFeed(in: bytes, from: searched)
        guard (feed ?? bytes.count) - start < limits.headBytes else {
            throw .badResponse("its head is larger than \(limits.headBytes) bytes")
        }
        guard let feed else {
            searched = max(searched, bytes.count)
            return nil
        }
        guard feed > lineStart, bytes[feed - 1] == Octet.cr else {
            throw .badResponse("a line of its head does not end with CR LF")
        }
        return feed - 1
    }

    private mutating func readField(_ bytes: UnsafeRawBufferPointer, _ end: Int) throws(UpstreamError) {
        guard let line = FieldLine(bytes, lineStart, end) else {
            throw .badResponse("a header field is not of the form \"name: value\"")
        }
        guard head.fields.count < limits.headerFields else {
            throw .badResponse("it has more than \(limits.headerFields) header fields")
        }
        try head.note(line, in: bytes)
    }

    private mutating func finishHead(bodyStart: Int) throws(UpstreamError) {
        guard head.code >= 200 else {
            guard head.code != 101 else { throw .badResponse("it changes the protocol") }
            head = ResponseHead()
            phase = .statusLine
            start = bodyStart
            return
        }
        head.bodyStart = bodyStart
        if isHead || Status(head.code, "").isBodiless {
            head.hasBody = false
            phase = .sizedBody
        } else if head.isChunked {
            chunks.reset(at: bodyStart)
            phase = .chunkedBody
        } else {
            phase = head.contentLength == nil ? .bodyUntilClose : .sizedBody
        }
    }

    private mutating func bodyEnd(_ bytes: UnsafeRawBufferPointer, isEnd: Bool) throws(UpstreamError) -> Int? {
        switch phase {
        case .chunkedBody:
            switch chunks.decode(bytes, limit: limits.collectedBytes) {
            case .needMore: return nil
            case .complete(let end): return end
            case .malformed(let reason): throw .badResponse(reason)
            case .tooLarge: isLarge = true
            }
        case .bodyUntilClose:
            isLarge = bytes.count - head.bodyStart > limits.collectedBytes
            return isEnd && !isLarge ? bytes.count : nil
        case .sizedBody:
            let length = head.hasBody ? head.contentLength ?? 0 : 0
            isLarge = length > limits.collectedBytes
            return !isLarge && bytes.count >= head.bodyStart + length ? head.bodyStart + length : nil
        case .statusLine, .fields:
            break
        }
        return nil
    }
}
