import NIOCore

/// A request as it is sent to an upstream service.
struct UpstreamRequest {
    private(set) var bytes: ByteBuffer
    let isHead: Bool
    /// Whether carrying it out twice does no more than carrying it out once.
    let isRepeatable: Bool
    /// What follows ``bytes``, if the body was not collected.
    let largeBody: LargeBody?
    /// The `Host` field, which is another one for each service, and where in ``bytes`` it stands.
    private var hostLine: [UInt8]
    private let hostStart: Int

    /// - Parameter hostLine: of the service that it will probably be sent to.
    /// - Returns: nil when the method or the target has octets that HTTP does not allow there.
    init?(
        method: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer, fields: HeaderFields,
        body: UnsafeRawBufferPointer, largeBody: LargeBody? = nil, hostLine: [UInt8]
    ) {
        guard !method.isEmpty, method.allSatisfy(Octet.isToken), !target.isEmpty,
            target.allSatisfy({ $0 > Octet.space && $0 != Octet.delete })
        else { return nil }
        isHead = equals(method, "HEAD")
        isRepeatable = !equals(method, "POST") && largeBody == nil
        self.largeBody = largeBody
        let size = method.count + target.count + hostLine.count + fields.lines.readableBytes + body.count + 64
        self.hostLine = hostLine
        bytes = ByteBufferAllocator().buffer(capacity: size)
        bytes.writeBytes(method)
        bytes.writeStaticString(" ")
        bytes.writeBytes(target)
        bytes.writeStaticString(" HTTP/1.1\r\n")
        hostStart = bytes.writerIndex
        bytes.writeBytes(hostLine)
        bytes.writeImmutableBuffer(fields.lines)
        writeFraming(method: method, bodyBytes: body.count)
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(body)
    }

    private mutating func writeFraming(method: UnsafeRawBufferPointer, bodyBytes: Int) {
        guard largeBody == nil || largeBody?.length != nil else {
            bytes.writeStaticString("Transfer-Encoding: chunked\r\n")
            return
        }
        let length = largeBody?.length ?? bodyBytes
        // Whether an absent body is worth saying: RFC 9110 §8.6.
        guard length > 0 || equals(method, "POST") || equals(method, "PUT") || equals(method, "PATCH") else { return }
        bytes.writeStaticString("Content-Length: ")
        bytes.writeString(String(length))
        bytes.writeStaticString("\r\n")
    }

    /// Puts a service's `Host` field in the place of another one's.
    mutating func address(to hostLine: [UInt8]) {
        guard hostLine != self.hostLine else { return }
        let tailStart = hostStart + self.hostLine.count
        let tail = bytes.getSlice(at: tailStart, length: bytes.writerIndex - tailStart) ?? ByteBuffer()
        bytes.moveWriterIndex(to: hostStart)
        bytes.writeBytes(hostLine)
        bytes.writeImmutableBuffer(tail)
        self.hostLine = hostLine
    }
}
