import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPWire

/// Request bodies beyond what is collected: the parser's part of it, and the connection's.
@Suite struct LargeBodyTests {
    private static var limits: WireLimits {
        var limits = WireLimits()
        limits.bodyBytes = 5
        return limits
    }

    private enum Outcome: Equatable {
        case unfinished
        case small(String)
        case large(length: Int?, String, rest: Int)
        case failed
    }

    /// Reads a request as a connection does, given in pieces that end at `cuts`.
    private func read(_ bytes: [UInt8], cuts: [Int]) -> Outcome {
        var parser = RequestParser(limits: Self.limits, takesLargeBodies: true)
        var input = ByteBuffer()
        var body = ByteBuffer()
        var large: (length: Int?, reader: BodyReader)?
        var start = 0
        for cut in cuts.sorted() + [bytes.count] {
            input.writeBytes(bytes[start..<cut])
            start = cut
            if large == nil {
                switch input.withUnsafeReadableBytes({ parser.parse($0) }) {
                case .needMore: continue
                case .failure: return .failed
                case .request(let consumed):
                    return input.withUnsafeReadableBytes { bytes in
                        parser.withRequest(in: UnsafeRawBufferPointer(rebasing: bytes[..<consumed])) {
                            .small(text($0.body))
                        }
                    }
                case .largeBody:
                    let parts = parser.takeLargeBody()
                    input.moveReaderIndex(forwardBy: parts.consumed)
                    body.writeImmutableBuffer(parts.decoded)
                    large = (parts.length, parts.reader)
                }
            }
            guard let progress = large?.reader.read(&input, isEnd: false) else { continue }
            body.writeImmutableBuffer(progress.piece)
            if case .failed = progress.state { return .failed }
            guard progress.state == .complete else { continue }
            return .large(
                length: large?.length, String(buffer: body), rest: input.readableBytes + bytes.count - cut)
        }
        return .unfinished
    }

    private static let chunked =
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "1\r\na\r\n3;x=y\r\nbcd\r\n0a\r\nefghijklmn\r\n2\r\nop\r\n0\r\nT: u\r\n\r\nGET"
    private static let sized = "POST / HTTP/1.1\r\nContent-Length: 16\r\n\r\nabcdefghijklmnopGET"

    @Test(arguments: [chunked, sized]) func howTheBytesAreSplitDoesNotMatter(_ request: String) {
        let bytes = Array(request.utf8)
        let length = request == Self.sized ? 16 : nil
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let outcome = read(bytes, cuts: [first, second])
                #expect(outcome == .large(length: length, "abcdefghijklmnop", rest: 3), "\(first) \(second)")
            }
        }
    }

    @Test func theBoundIsExact() {
        let head = "POST / HTTP/1.1\r\n"
        func outcome(_ text: String) -> Outcome { read(Array((head + text).utf8), cuts: []) }
        #expect(outcome("Content-Length: 5\r\n\r\nabcde") == .small("abcde"))
        #expect(outcome("Content-Length: 6\r\n\r\nabcdef") == .large(length: 6, "abcdef", rest: 0))
        let chunks = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        #expect(outcome(chunks + "2\r\nde\r\n0\r\n\r\n") == .small("abcde"))
        #expect(outcome(chunks + "3\r\ndef\r\n0\r\n\r\n") == .large(length: nil, "abcdef", rest: 0))
        #expect(outcome(chunks + "3\r\ndefX") == .failed)
        // It could not be passed on as it was written.
        #expect(outcome("Content-Length: 99999999999999999999\r\n\r\n") == .failed)
    }

    @Test(arguments: [6, 7] as [UInt64]) func mutatedBodies(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let seeds = [Array(Self.chunked.utf8), Array(Self.sized.utf8)]
        for _ in 0..<20_000 {
            var bytes = seeds[Int.random(in: 0..<2, using: &random)]
            for _ in 0..<Int.random(in: 1..<4, using: &random) {
                let at = Int.random(in: 30..<bytes.count, using: &random)
                bytes[at] = Bool.random(using: &random) ? UInt8.random(in: 48..<58, using: &random) : bytes[at - 1]
            }
            let cuts = [0, 1].map { _ in Int.random(in: 0...bytes.count, using: &random) }
            #expect(read(bytes, cuts: cuts) == read(bytes, cuts: []), "\(cuts) \(bytes)")
        }
    }

    // MARK: the connection

    /// Keeps what it gets.
    private final class Basin: BodySink {
        var text = ""
        var ends: [UpstreamError?] = []
        /// Has the source wait after each piece.
        var isFull = false
        weak var source: (any BodySource)?

        func body(_ piece: ByteBuffer) {
            text += String(buffer: piece)
            if isFull { source?.setPaused(true) }
        }

        func bodyEnded(_ failure: UpstreamError?) {
            ends.append(failure)
        }
    }

    private struct Upload {
        let connection: TestConnection
        let basin = Basin()

        init(_ received: String, isFull: Bool = false, limits: WireLimits = limits) throws {
            connection = try TestConnection(limits: limits, takesLargeBodies: true)
            try connection.receive(received)
            let source = try #require(connection.responder.bodies.first?.source.value)
            basin.source = source
            basin.isFull = isFull
        }

        func start() {
            basin.source?.start(basin)
        }

        func answer() {
            connection.responder.promises[0].succeed(Response(.ok, contentType: "a/b", body: ByteBuffer(string: "x")))
        }
    }

    private static let head = "POST /later HTTP/1.1\r\nContent-Length: 10\r\n"

    @Test func theConnectionGoesOnAfterTheBody() throws {
        let upload = try Upload("GET /1 HTTP/1.1\r\n\r\n\(Self.head)\r\nabc")
        #expect(try upload.connection.sent().hasSuffix("GET /1 "))
        upload.start()
        try upload.connection.receive("defg")
        try upload.connection.receive("hijGET /2 HTTP/1.1\r\n\r\n")
        #expect(upload.basin.text == "abcdefghij" && upload.basin.ends == [nil])
        #expect(upload.connection.responder.requests == ["GET /1 ", "POST /later "])
        upload.answer()
        let sent = try upload.connection.sent()
        #expect(sent.hasPrefix("HTTP/1.1 200 OK\r\n") && sent.hasSuffix("GET /2 ") && !sent.contains("close"))
        #expect(upload.connection.isOpen)
    }

    @Test func nothingIsReadThatIsNotWanted() throws {
        let upload = try Upload("\(Self.head)\r\nabc", isFull: true)
        #expect(!upload.connection.handler.isReading)
        upload.start()
        #expect(upload.basin.text == "abc" && !upload.connection.handler.isReading)
        upload.connection.pass(.minutes(10))
        upload.basin.source?.setPaused(false)
        #expect(upload.connection.handler.isReading)
        // The kernel may have more already: it waits.
        try upload.connection.receive("def")
        try upload.connection.receive("ghi")
        #expect(upload.basin.text == "abcdef" && !upload.connection.handler.isReading)
        upload.basin.source?.setPaused(false)
        #expect(upload.basin.text == "abcdefghi" && upload.basin.ends.isEmpty)
        #expect(upload.connection.isOpen)
    }

    @Test func aBodyThatStallsIsRefusedButNotOneThatHasToWait() throws {
        let upload = try Upload("\(Self.head)\r\nabc")
        upload.connection.pass(.minutes(2))
        upload.start()
        for letter in "def" {
            upload.connection.pass(.seconds(29))
            try upload.connection.receive(String(letter))
        }
        #expect(upload.connection.isOpen && upload.basin.ends.isEmpty)
        upload.connection.pass(.seconds(31))
        #expect(upload.basin.ends == [.requestIncomplete])
        let sent = try upload.connection.sent()
        #expect(sent.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") && sent.contains("Connection: close"))
        upload.answer()
        #expect(try upload.connection.sent() == "")
        #expect(!upload.connection.isOpen)
    }

    @Test func continueIsSentWhenTheBodyIsWanted() throws {
        let upload = try Upload("\(Self.head)Expect: 100-continue\r\n\r\n")
        #expect(try upload.connection.sent() == "")
        upload.start()
        #expect(try upload.connection.sent() == "HTTP/1.1 100 Continue\r\n\r\n")
        try upload.connection.receive("abcdefghij")
        upload.answer()
        #expect(try upload.connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
        let refused = try Upload("\(Self.head)Expect: 100-continue\r\n\r\n")
        refused.answer()
        #expect(try refused.connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(!refused.connection.isOpen)
        // Asked for when it was not known to be large.
        let chunked = try TestConnection(limits: Self.limits, takesLargeBodies: true)
        let head = "POST /later HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        #expect(try chunked.exchange(head) == "HTTP/1.1 100 Continue\r\n\r\n")
        try chunked.receive("a\r\n")
        let basin = Basin()
        try #require(chunked.responder.bodies.first).source.value.start(basin)
        #expect(try chunked.exchange("abcdefghij\r\n0\r\n\r\n") == "")
        #expect(basin.text == "abcdefghij" && basin.ends == [nil])
    }

    @Test func anAnswerBeforeTheBodysEndIsTheLast() throws {
        let upload = try Upload("\(Self.head)\r\nabc")
        upload.start()
        upload.answer()
        #expect(try upload.connection.sent().contains("\r\nConnection: close\r\n"))
        try upload.connection.receive("defghijGET /2 HTTP/1.1\r\n\r\n")
        #expect(upload.basin.text == "abc" && upload.connection.responder.requests.count == 1)
        let direct = try TestConnection(limits: Self.limits, takesLargeBodies: true)
        #expect(try direct.exchange("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").contains("Connection: close"))
        #expect(try direct.exchange("defghijGET /2 HTTP/1.1\r\n\r\n") == "")
        #expect(direct.handler.phase == .lingering || !direct.isOpen)
    }

    @Test func aBodyThatEndsTooSoonOrIsNoneFails() throws {
        let gone = try Upload("\(Self.head)\r\nabc")
        gone.start()
        try gone.connection.channel.close().wait()
        #expect(gone.basin.ends == [.requestIncomplete])
        let goneBefore = try Upload("\(Self.head)\r\nabc")
        try goneBefore.connection.channel.close().wait()
        goneBefore.start()
        #expect(goneBefore.basin.text == "" && goneBefore.basin.ends == [.requestIncomplete])
        let shut = try Upload("\(Self.head)\r\nabc")
        shut.connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        shut.start()
        #expect(shut.basin.text == "abc" && shut.basin.ends == [.requestIncomplete])
        #expect(!shut.connection.isOpen)
        let broken = try Upload("POST /later HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na\r\n")
        broken.start()
        #expect(try broken.connection.exchange("abcdefghijk\r\n").hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(broken.basin.ends == [.requestIncomplete])
    }

    @Test func aClientThatHasShutItsSendingSideGetsItsAnswer() throws {
        let upload = try Upload("\(Self.head)\r\nabcdefghij", isFull: true)
        upload.connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        upload.start()
        #expect(upload.basin.ends == [nil])
        upload.answer()
        #expect(try upload.connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(!upload.connection.isOpen)
    }
}
