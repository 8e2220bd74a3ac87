/// What the parser knows of a request besides its fields: where its parts are, and what they say about its body and its
/// connection.
struct RequestHead {
    var method = ByteRange()
    var target = ByteRange()
    var isHTTP10 = false
    var bodyStart = 0
    /// 0 without a `Content-Length` field.
    var contentLength = 0
    var isChunked = false
    var expectsContinue = false
    private var hasContentLength = false
    private var hasHost = false
    private var asksToClose = false
    private var asksToKeepAlive = false

    /// Whether the client wants the connection kept (RFC 9112 §9.3).
    var keepsAlive: Bool { !asksToClose && (!isHTTP10 || asksToKeepAlive) }

    /// Takes notice of the fields that govern the message itself.
    @inline(__always)
    mutating func note(_ line: FieldLine, in bytes: UnsafeRawBufferPointer) throws(WireFailure) {
        let name = line.name.of(bytes)
        switch name.count {
        case 4 where equalsIgnoringCase(name, "host"):
            guard !hasHost else { throw .malformed("There is more than one Host field.") }
            hasHost = true
        case 6 where equalsIgnoringCase(name, "expect"):
            expectsContinue = equalsIgnoringCase(line.value.of(bytes), "100-continue")
        case 10 where equalsIgnoringCase(name, "connection"):
            noteConnection(line.value.of(bytes))
        case 14 where equalsIgnoringCase(name, "content-length"):
            try noteContentLength(line.value.of(bytes))
        case 17 where equalsIgnoringCase(name, "transfer-encoding"):
            try noteTransferEncoding(line.value.of(bytes))
        default:
            break
        }
    }

    /// Checks what only the whole head can tell.
    mutating func finish(bodyStart: Int) throws(WireFailure) {
        self.bodyStart = bodyStart
        guard isChunked else { return }
        guard !hasContentLength, !isHTTP10 else {
            throw .malformed("Transfer-Encoding is used together with Content-Length or in HTTP/1.0.")
        }
    }

    private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
        forEachListElement(of: value) { option in
            if equalsIgnoringCase(option, "close") { asksToClose = true }
            if equalsIgnoringCase(option, "keep-alive") { asksToKeepAlive = true }
        }
    }

    private mutating func noteContentLength(_ value: UnsafeRawBufferPointer) throws(WireFailure) {
        guard let length = decimal(value), !hasContentLength || length == contentLength else {
            throw .malformed("Content-Length is not one number.")
        }
        contentLength = length
        hasContentLength = true
    }

    private mutating func noteTransferEncoding(_ value: UnsafeRawBufferPointer) throws(WireFailure) {
        guard equalsIgnoringCase(value, "chunked") else {
            throw WireFailure(.notImplemented, "The only transfer coding known is \"chunked\".")
        }
        guard !isChunked else { throw .malformed("The body is chunked more than once.") }
        isChunked = true
    }
}

/// One or more digits and nothing else. A number too large for any limit reads as the largest there is.
func decimal(_ text: UnsafeRawBufferPointer) -> Int? {
    guard !text.isEmpty else { return nil }
    var number = 0
    for octet in text {
        guard Octet.isDigit(octet) else { return nil }
        number = number >= Int.max / 16 ? Int.max : number * 10 + Int(octet &- 0x30)
    }
    return number
}

/// The elements of a comma-separated list, without blanks around them and without empty ones (RFC 9110 §5.6.1).
func forEachListElement(of value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    for element in value.split(separator: Octet.comma) {
        var part = element
        while let first = part.first, Octet.isBlank(first) { part.removeFirst() }
        while let last = part.last, Octet.isBlank(last) { part.removeLast() }
        if !part.isEmpty { body(UnsafeRawBufferPointer(rebasing: part)) }
    }
}
