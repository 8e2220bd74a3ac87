import NIOCore
import Testing

@testable import HTTPWire

@Suite struct ResponseParserTests {
    struct Valid: CustomTestStringConvertible {
        let name: String
        let input: String
        var isHead = false
        var isEnd = false
        let status: String
        let fields: String
        var body = ""
        var keepsAlive = true
        var rest = 0
        var testDescription: String { name }
    }

    static let valid: [Valid] = [
        Valid(
            name: "sized", input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhelloHTTP",
            status: "200 OK", fields: "Content-Type: text/plain\r\n", body: "hello", rest: 4),
        Valid(
            name: "chunked",
            input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            status: "200 OK", fields: "A: 1\r\n", body: "hello"),
        Valid(
            name: "until the end", input: "HTTP/1.1 200 OK\r\nA: 1\r\n\r\nhello", isEnd: true, status: "200 OK",
            fields: "A: 1\r\n", body: "hello", keepsAlive: false),
        Valid(
            name: "HEAD", input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", isHead: true, status: "200 OK",
            fields: ""),
        Valid(name: "no reason", input: "HTTP/1.1 204\r\n\r\n", status: "204 ", fields: ""),
        Valid(
            name: "304 announces a length", input: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            status: "304 Not Modified", fields: ""),
        Valid(
            name: "interim responses",
            input: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 404 Nope\r\nContent-Length: 0\r\n\r\n",
            status: "404 Nope", fields: ""),
        Valid(
            name: "hop-by-hop fields",
            input:
                "HTTP/1.1 200 OK\r\nConnection: close, x-hop\r\n"
                + "X-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n",
            status: "200 OK", fields: "X-End: 2\r\n", keepsAlive: false),
        Valid(
            name: "HTTP/1.0", input: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", status: "200 OK", fields: "",
            body: "x", keepsAlive: false),
        Valid(
            name: "both lengths",
            input: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            status: "200 OK", fields: "", body: "x", keepsAlive: false),
    ]

    @Test(arguments: valid) func reads(_ example: Valid) {
        let bytes = Array(example.input.utf8)
        for cut in 0...bytes.count {
            var parser = ResponseParser(isHead: example.isHead, limits: UpstreamLimits())
            bytes.withUnsafeBytes { bytes in
                var outcome = parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
                if case .needMore = outcome { outcome = parser.parse(bytes, isEnd: example.isEnd) }
                guard case .complete(let end) = outcome else {
                    return #expect(Bool(false), "\(outcome), cut at \(cut)")
                }
                let head = parser.head
                #expect(head.status(in: bytes).description == example.status)
                #expect(String(buffer: head.endToEndFields(in: bytes).lines) == example.fields)
                #expect(head.keepsAlive == example.keepsAlive)
                #expect(end == bytes.count - example.rest)
                let body =
                    head.isChunked ? parser.chunks.body : Array(bytes[min(head.bodyStart, end)..<end])
                #expect(String(decoding: body, as: UTF8.self) == example.body)
            }
        }
    }

    @Test(arguments: [
        "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "hello\r\n",
        "HTTP/1.1 200 OK\r\nA\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200",
    ])
    func refuses(_ input: String) {
        var parser = ResponseParser(isHead: false, limits: UpstreamLimits())
        let bytes = Array(input.utf8)
        bytes.withUnsafeBytes { bytes in
            guard case .failure(.badResponse) = parser.parse(bytes, isEnd: true) else {
                return #expect(Bool(false), "was accepted")
            }
        }
    }

    @Test func aLargeBodyIsNotCollected() {
        var limits = UpstreamLimits()
        limits.collectedBytes = 4
        for head in ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello", "\r\nhello"] {
            var parser = ResponseParser(isHead: false, limits: limits)
            Array("HTTP/1.1 200 OK\r\n\(head)".utf8).withUnsafeBytes { bytes in
                guard case .large = parser.parse(bytes) else { return #expect(Bool(false), "was collected") }
            }
        }
    }
}
