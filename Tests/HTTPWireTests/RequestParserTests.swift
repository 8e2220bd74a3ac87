import Testing

@testable import HTTPWire

@Suite struct RequestParserTests {
    struct Valid: CustomTestStringConvertible {
        let name: String
        let input: String
        let expected: ParsedRequest
        var testDescription: String { name }

        init(
            _ name: String, _ input: String, rest: String = "", method: String = "GET", target: String = "/",
            isHTTP10: Bool = false, keepsAlive: Bool = true, headers: [String] = [], body: String = ""
        ) {
            self.name = name
            self.input = input + rest
            self.expected = ParsedRequest(
                method: method, target: target, isHTTP10: isHTTP10, keepsAlive: keepsAlive, headers: headers,
                body: body, consumed: input.utf8.count)
        }
    }

    static let valid: [Valid] = [
        Valid("plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", headers: ["Host=a"]),
        Valid("no Host", "GET / HTTP/1.1\r\n\r\n"),
        Valid("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", isHTTP10: true, keepsAlive: false),
        Valid(
            "HTTP/1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", isHTTP10: true,
            headers: ["Connection=Keep-Alive"]),
        Valid(
            "close among options", "GET / HTTP/1.1\r\nConnection: foo , CLOSE\r\n\r\n", keepsAlive: false,
            headers: ["Connection=foo , CLOSE"]),
        Valid("invented method", "BREW!# / HTTP/1.1\r\n\r\n", method: "BREW!#"),
        Valid(
            "raw octets in the target", "GET /\u{e9}%zz?<\"> HTTP/1.1\r\n\r\n", target: "/\u{e9}%zz?<\">"),
        Valid("absolute form", "GET http://a/b HTTP/1.1\r\n\r\n", target: "http://a/b"),
        Valid("asterisk form", "OPTIONS * HTTP/1.1\r\n\r\n", method: "OPTIONS", target: "*"),
        Valid("empty lines first", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
        Valid("pipelined", "GET / HTTP/1.1\r\n\r\n", rest: "GET /2 HTTP/1.1\r\n\r\n"),
        Valid(
            "blanks around a value", "GET / HTTP/1.1\r\nA: \t b\tc \t\r\nEmpty:\r\nBlank:  \r\n\r\n",
            headers: ["A=b\tc", "Empty=", "Blank="]),
        Valid(
            "sized body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", rest: "GET", method: "POST",
            headers: ["Content-Length=5"], body: "hello"),
        Valid(
            "equal lengths", "POST / HTTP/1.1\r\nContent-Length: 5\r\ncontent-length: 05\r\n\r\nhello", method: "POST",
            headers: ["Content-Length=5", "content-length=05"], body: "hello"),
        Valid(
            "chunks",
            "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n00A;x=\"y\" ;z\r\n, new worl\r\n1 ;a\r\nd\r\n0\r\nT: 1\r\n\r\n",
            rest: "GET", method: "POST", headers: ["Transfer-Encoding=Chunked"], body: "hello, new world"),
        Valid(
            "no chunks", "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n000\r\n\r\n", method: "PUT",
            headers: ["Transfer-Encoding=chunked"]),
    ]

    @Test(arguments: valid) func reads(_ example: Valid) {
        #expect(parse(Array(example.input.utf8)) == .request(example.expected))
    }

    static let invalid: [(String, Int)] = [
        ("GET /\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\n\r\n", 400),
        ("GET /  HTTP/1.1\r\n\r\n", 400),
        ("GET\t/ HTTP/1.1\r\n\r\n", 400),
        (" GET / HTTP/1.1\r\n\r\n", 400),
        ("GE(T / HTTP/1.1\r\n\r\n", 400),
        ("GET /a\u{1}b HTTP/1.1\r\n\r\n", 400),
        ("GET /a\u{7f}b HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1 \r\n\r\n", 400),
        ("GET / http/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.10\r\n\r\n", 400),
        ("GET / HTTP/11\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\n\r\n", 505),
        ("GET / HTTP/1.2\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}", 400),
        ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\n\n", 400),
        ("GET / HTTP/1.1\r\nA: b\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\r\n\n", 400),
        ("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: 01234567\u{7f}\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n A: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length:\r\n\r\nhello", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", 501),
        (chunked("5\r\nhelloX\r\n"), 400),
        (chunked("5\r\nhello\rX"), 400),
        (chunked("5\nhello\r\n"), 400),
        (chunked("g\r\n"), 400),
        (chunked("\r\n"), 400),
        (chunked("-1\r\n"), 400),
        (chunked("5 \r\n"), 400),
        (chunked("5 x\r\n"), 400),
        (chunked("5;a\rb\r\n"), 400),
        (chunked("10001\r\n"), 413),
        (chunked("FFFFFFFFFFFFFFFFFFFFFFFF\r\n"), 413),
        (chunked("0\r\nnot a field\r\n\r\n"), 400),
        (chunked("1;" + String(repeating: "x", count: 1024) + "\r\n"), 400),
    ]

    private static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    }

    @Test(arguments: invalid) func refuses(_ input: String, _ status: Int) {
        #expect(parse(Array(input.utf8)) == .failure(status))
    }

    /// Wherever the bytes are cut, and when they come one by one, the outcome is that of all bytes at once.
    @Test(arguments: valid.map(\.input) + invalid.map(\.0)) func splitDoesNotMatter(_ input: String) {
        let bytes = Array(input.utf8)
        let whole = parse(bytes)
        for cut in 0..<bytes.count {
            #expect(parse(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
        #expect(parse(bytes, cuts: Array(0..<bytes.count)) == whole)
    }

    @Test(arguments: [
        "", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: b\r\n\r",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r",
    ])
    func waitsForTheRest(_ input: String) {
        #expect(parse(Array(input.utf8)) == .needMore)
    }

    @Test func octetsOutsideASCIIAreKept() {
        let middle = Array(" HTTP/1.1\r\nA: ".utf8)
        let input = Array("GET /".utf8) + [0x80, 0xFF] + middle + [0xE9] + Array("\r\n\r\n".utf8)
        var parser = RequestParser()
        input.withUnsafeBytes { bytes in
            guard case .request = parser.parse(bytes) else { return #expect(Bool(false), "not a request") }
            parser.withRequest(in: bytes) { request in
                #expect(Array(request.target) == [0x2F, 0x80, 0xFF])
                #expect(request.header("a").copy == [0xE9])
            }
        }
    }

    @Test func tokenCharactersAreThoseOfTheGrammar() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"
        #expect((UInt8.min...UInt8.max).filter(Octet.isToken) == letters.utf8.sorted())
    }

    @Test func limitsAreExact() {
        var limits = WireLimits()
        limits.headBytes = 100
        limits.targetBytes = 50
        limits.headerFields = 2
        func status(_ input: String) -> Int? {
            let bytes = Array(input.utf8)
            let outcome = parse(bytes, limits: limits)
            #expect(outcome == parse(bytes, cuts: Array(0..<bytes.count), limits: limits))
            if case .failure(let status) = outcome { return status }
            return nil
        }
        func repeated(_ count: Int) -> String { String(repeating: "x", count: count) }
        #expect(status("GET /\(repeated(49)) HTTP/1.1\r\n\r\n") == nil)
        #expect(status("GET /\(repeated(50)) HTTP/1.1\r\n\r\n") == 414)
        #expect(status("GET /\(repeated(500)) HTTP/1.1\r\n\r\n") == 414)
        #expect(status("GET /\(repeated(500))") == 414)
        // 16 bytes of request line, 5 + n + 2 of field, 2 of empty line
        #expect(status("GET / HTTP/1.1\r\nAB: \(repeated(76))\r\n\r\n") == nil)
        #expect(status("GET / HTTP/1.1\r\nAB: \(repeated(77))\r\n\r\n") == 431)
        #expect(status("GET / HTTP/1.1\r\nAB: \(repeated(500))") == 431)
        #expect(status("GET / HTTP/1.1\r\nA: b\r\nA: b\r\n\r\n") == nil)
        #expect(status("GET / HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\n\r\n") == 431)
    }

    @Test func bodyLimitIsExact() {
        var limits = WireLimits()
        limits.bodyBytes = 5
        let sized = "POST / HTTP/1.1\r\nContent-Length: "
        let chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        #expect(parse(Array((sized + "6\r\n\r\n").utf8), limits: limits) == .failure(413))
        #expect(parse(Array((sized + "5\r\n\r\n").utf8), limits: limits) == .needMore)
        #expect(parse(Array((chunks + "3\r\n").utf8), limits: limits) == .failure(413))
        #expect(parse(Array((chunks + "2\r\n").utf8), limits: limits) == .needMore)
    }

    /// A body that is all framing would otherwise be collected without an end.
    @Test func framingIsBoundedByWhatItCarries() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        let one = String(repeating: "1\r\nx\r\n", count: 20_000) + "0\r\n\r\n"
        guard case .request(let request) = parse(Array((head + one).utf8)) else {
            return #expect(Bool(false), "one-byte chunks are legitimate")
        }
        #expect(request.body.utf8.count == 20_000)
        let padded = String(repeating: "1;" + String(repeating: "p", count: 1000) + "\r\nx\r\n", count: 100)
        #expect(parse(Array((head + padded).utf8)) == .failure(400))
    }

    @Test func parserIsReusable() {
        var parser = RequestParser()
        let first = Array("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8)
        let second = Array("GET /2 HTTP/1.1\r\nA: b\r\n\r\n".utf8)
        for input in [first, second, first] {
            input.withUnsafeBytes { bytes in
                guard case .request(let consumed) = parser.parse(bytes) else { return #expect(Bool(false)) }
                #expect(consumed == input.count)
                parser.withRequest(in: bytes) { #expect($0.body.count == (input == first ? 3 : 0)) }
                parser.reset()
            }
        }
    }
}
