import NIOCore

/// Takes a response's body out of the bytes received, piece by piece. Does no input or output.
struct BodyReader {
    enum State: Equatable {
        case needMore
        case complete
        case failed(UpstreamError)
    }

    private enum Framing {
        case sized(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var framing: Framing
    /// Whether the connection can be used again after the body.
    let keepsAlive: Bool

    init(_ head: ResponseHead) {
        keepsAlive = head.keepsAlive
        if head.isChunked {
            framing = .chunked(ChunkedDecoder())
        } else {
            framing = head.contentLength.map { .sized(remaining: $0) } ?? .untilClose
        }
    }

    /// The next piece of the body, taken off `input`, and whether more comes.
    /// - Parameter isEnd: whether the connection has ended, so that no further byte comes.
    mutating func read(_ input: inout ByteBuffer, isEnd: Bool) -> (piece: ByteBuffer, state: State) {
        let (piece, state) = read(&input)
        if input.readableBytes == 0 { input = ByteBuffer() }
        guard isEnd, state == .needMore else { return (piece, state) }
        if case .untilClose = framing { return (piece, .complete) }
        return (piece, .failed(.badResponse("the connection ended before the response did")))
    }

    private mutating func read(_ input: inout ByteBuffer) -> (ByteBuffer, State) {
        switch framing {
        case .sized(let remaining):
            let piece = input.readSlice(length: min(remaining, input.readableBytes)) ?? ByteBuffer()
            framing = .sized(remaining: remaining - piece.readableBytes)
            return (piece, piece.readableBytes == remaining ? .complete : .needMore)
        case .chunked(var decoder):
            // So that the decoder's bytes are not shared, hence not copied.
            framing = .untilClose
            defer { framing = .chunked(decoder) }
            return Self.read(&input, &decoder)
        case .untilClose:
            return (input.readSlice(length: input.readableBytes) ?? ByteBuffer(), .needMore)
        }
    }

    private static func read(_ input: inout ByteBuffer, _ decoder: inout ChunkedDecoder) -> (ByteBuffer, State) {
        let outcome = input.withUnsafeReadableBytes { decoder.decode($0, limit: Int.max) }
        let (body, consumed) = decoder.takeDecoded()
        let piece = ByteBuffer(bytes: body)
        switch outcome {
        case .needMore:
            input.moveReaderIndex(forwardBy: consumed)
            return (piece, .needMore)
        case .complete(let end):
            input.moveReaderIndex(forwardBy: end)
            return (piece, .complete)
        case .malformed(let reason): return (piece, .failed(.badResponse(reason)))
        case .tooLarge: return (piece, .failed(.badResponse("a chunk is too large")))
        }
    }
}
