import NIOCore
import Testing

@testable import HTTPWire

/// Bodies taken off in pieces: the result does not depend on how the bytes were split.
@Suite struct BodyReaderTests {
    private static let chunked = "1\r\na\r\n5;x=y\r\nbcdef\r\n0a\r\nghijklmnop\r\n0\r\nT: u\r\n\r\n"

    private func head(_ fields: String) -> ResponseHead {
        var parser = ResponseParser(isHead: false, limits: UpstreamLimits())
        let text = Array("HTTP/1.1 200 OK\r\n\(fields)\r\n".utf8)
        _ = text.withUnsafeBytes { parser.parse($0) }
        return parser.head
    }

    /// Reads `text`, given in pieces that end at `cuts`.
    private func read(
        _ text: String, _ fields: String, cuts: [Int], isEnd: Bool = false
    ) -> (body: String, state: BodyReader.State, rest: Int) {
        var reader = BodyReader(head(fields))
        var input = ByteBuffer()
        var body = ""
        var state = BodyReader.State.needMore
        let bytes = Array(text.utf8)
        var start = 0
        for cut in cuts + [bytes.count] where state == .needMore {
            input.writeBytes(bytes[start..<cut])
            start = cut
            let progress = reader.read(&input, isEnd: isEnd && cut == bytes.count)
            body += String(buffer: progress.piece)
            state = progress.state
        }
        return (body, state, input.readableBytes)
    }

    @Test func howTheBytesAreSplitDoesNotMatter() {
        let length = Self.chunked.utf8.count
        for first in 0...length {
            for second in first...length {
                let result = read(Self.chunked, "Transfer-Encoding: chunked\r\n", cuts: [first, second])
                #expect(result.body == "abcdefghijklmnop" && result.state == .complete && result.rest == 0)
            }
        }
        for cut in 0...10 {
            let sized = read("helloworldX", "Content-Length: 10\r\n", cuts: [cut])
            #expect(sized.body == "helloworld" && sized.state == .complete && sized.rest <= 1)
            let unsized = read("helloworld", "", cuts: [cut], isEnd: true)
            #expect(unsized.body == "helloworld" && unsized.state == .complete)
        }
    }

    @Test func whatIsCutShortOrBrokenFails() {
        for (text, fields) in [
            ("hello", "Content-Length: 10\r\n"), ("5\r\nhel", "Transfer-Encoding: chunked\r\n"),
            ("5\r\nhello\r\n", "Transfer-Encoding: chunked\r\n"), ("5\r\nhelloX", "Transfer-Encoding: chunked\r\n"),
        ] {
            guard case .failed = read(text, fields, cuts: [2], isEnd: true).state else {
                #expect(Bool(false), "\(text) was accepted")
                continue
            }
        }
    }

    /// Only what is not decoded yet is kept.
    @Test func aLongBodyTakesLittleMemory() {
        var reader = BodyReader(head("Transfer-Encoding: chunked\r\n"))
        var input = ByteBuffer(string: "ffffffff\r\n")
        var total = 0
        for _ in 0..<1000 {
            input.writeRepeatingByte(0x41, count: 10_000)
            total += reader.read(&input, isEnd: false).piece.readableBytes
            #expect(input.readableBytes == 0)
        }
        #expect(total == 10_000_000)
    }
}
