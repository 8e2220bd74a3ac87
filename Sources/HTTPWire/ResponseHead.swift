/// A response's status line and fields, as offsets into the bytes they were read from, and what they say about its body
/// and its connection.
struct ResponseHead {
    private(set) var code = 0
    private var reason = ByteRange()
    private var isHTTP10 = false
    private(set) var fields: [FieldLine] = []
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private var asksToClose = false
    private var asksToKeepAlive = false
    var bodyStart = 0
    var hasBody = true

    /// Whether the connection can be used for another request after this response (RFC 9112 §9.3).
    var keepsAlive: Bool {
        let isDelimited = !hasBody || isChunked || contentLength != nil
        // A response with both is suspicious: one hop may have read it differently (RFC 9112 §6.1).
        let isAmbiguous = isChunked && contentLength != nil
        return isDelimited && !isAmbiguous && !asksToClose && (!isHTTP10 || asksToKeepAlive)
    }

    func status(in bytes: UnsafeRawBufferPointer) -> Status {
        Status(code, String(decoding: reason.of(bytes), as: UTF8.self))
    }

    /// The fields that are meant for the final recipient (RFC 9110 §7.6.1), without the body's length.
    func endToEndFields(in bytes: UnsafeRawBufferPointer) -> HeaderFields {
        var result = HeaderFields()
        for field in fields {
            let name = field.name.of(bytes)
            guard !Self.isHopByHop(name), !isNominated(name, in: bytes) else { continue }
            result.appendChecked(name, field.value.of(bytes))
        }
        return result
    }

    /// The response as it goes on, without its body.
    func response(in bytes: UnsafeRawBufferPointer) -> Response {
        var response = Response(status(in: bytes), fields: endToEndFields(in: bytes))
        response.contentLength = contentLength
        return response
    }

    /// `HTTP/1.1 200 OK`; the reason and the space before it may be missing.
    mutating func readStatusLine(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) throws(UpstreamError) {
        let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        guard line.count >= 12, equals(UnsafeRawBufferPointer(rebasing: line[..<7]), "HTTP/1."),
            line[7] == 0x30 || line[7] == 0x31, line[8] == Octet.space,
            let code = decimal(UnsafeRawBufferPointer(rebasing: line[9..<12])), code >= 100,
            line.count == 12 || line[12] == Octet.space, !containsControl(line, 12, line.count)
        else { throw .badResponse("it does not start with an HTTP/1.x status line") }
        self.code = code
        isHTTP10 = line[7] == 0x30
        reason = ByteRange(min(start + 13, end), end)
    }

    mutating func note(_ line: FieldLine, in bytes: UnsafeRawBufferPointer) throws(UpstreamError) {
        fields.append(line)
        let name = line.name.of(bytes)
        let value = line.value.of(bytes)
        switch name.count {
        case 10 where equalsIgnoringCase(name, "connection"):
            forEachListElement(of: value) { option in
                if equalsIgnoringCase(option, "close") { asksToClose = true }
                if equalsIgnoringCase(option, "keep-alive") { asksToKeepAlive = true }
            }
        case 14 where equalsIgnoringCase(name, "content-length"):
            guard let length = decimal(value), contentLength == nil || contentLength == length else {
                throw .badResponse("its Content-Length is not one number")
            }
            contentLength = length
        case 17 where equalsIgnoringCase(name, "transfer-encoding"):
            guard equalsIgnoringCase(value, "chunked"), !isChunked else {
                throw .badResponse("its only transfer coding is not \"chunked\"")
            }
            isChunked = true
        default:
            break
        }
    }

    private func isNominated(_ name: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
        var found = false
        for field in fields where equalsIgnoringCase(field.name.of(bytes), "connection") {
            forEachListElement(of: field.value.of(bytes)) { option in
                let isSame = zip(option, name).allSatisfy { Octet.lowercased($0) == Octet.lowercased($1) }
                if isSame, option.count == name.count { found = true }
            }
        }
        return found
    }

    private static let hopByHop: [StaticString] = [
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    private static func isHopByHop(_ name: UnsafeRawBufferPointer) -> Bool {
        hopByHop.contains { equalsIgnoringCase(name, $0) }
    }
}
