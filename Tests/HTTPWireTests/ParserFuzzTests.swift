import Testing

@testable import HTTPWire

/// Whatever a client sends, the parser neither stops the program nor claims bytes it was not given.
@Suite struct ParserFuzzTests {
    private static let seeds = (RequestParserTests.valid.map(\.input) + RequestParserTests.invalid.map(\.0))
        .map { Array($0.utf8) }
    private static let pieces = [
        "\r\n", "\r", "\n", " ", "\t", ":", ",", ";", "\0", "0", "9", "f", "HTTP/1.1", "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "\r\n\r\n", "0\r\n\r\n", "FFFFFFFFFFFFFFFF\r\n",
    ].map { Array($0.utf8) }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func mutatedRequests(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for _ in 0..<25_000 {
            let input = mutated(Self.seeds.randomElement(using: &random) ?? [], &random)
            let whole = parse(input)
            if case .request(let request) = whole { #expect(request.consumed <= input.count) }
            let cut = Int.random(in: 0...input.count, using: &random)
            #expect(parse(input, cuts: [cut]) == whole, "cut at \(cut): \(input)")
        }
    }

    @Test func mutatedResponses() {
        var random = SeededGenerator(state: 5)
        let seeds = ResponseParserTests.valid.map { Array($0.input.utf8) }
        for _ in 0..<25_000 {
            let input = mutated(seeds.randomElement(using: &random) ?? [], &random)
            var parser = ResponseParser(isHead: Bool.random(using: &random), limits: UpstreamLimits())
            input.withUnsafeBytes { bytes in
                guard case .complete(let end) = parser.parse(bytes, isEnd: Bool.random(using: &random)) else { return }
                #expect(end <= input.count)
                _ = parser.head.endToEndFields(in: bytes)
            }
        }
    }

    private func mutated(_ seed: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: at)
            case 1: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: at)
            case 2 where at < bytes.count: bytes.remove(at: at)
            case 3 where at < bytes.count: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
            default: bytes.append(contentsOf: bytes[at...])
            }
        }
        return bytes
    }
}
