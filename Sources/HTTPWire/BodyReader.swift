import NIOCore

/// Takes a message's body out of the bytes received, piece by piece. Does no input or output.
struct BodyReader {
    enum State: Equatable {
        case needMore
        case complete
        /// The body cannot be had to its end, for this reason.
        case failed(String)
    }

    private enum Framing {
        case sized(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var framing: Framing

    init(_ head: ResponseHead) {
        if head.isChunked {
            framing = .chunked(ChunkedDecoder())
        } else {
            framing = head.contentLength.map { .sized(remaining: $0) } ?? .untilClose
        }
    }

    /// For a request's body.
    /// - Parameter chunks: when it is chunked, the decoder that has read the beginning.
    init(contentLength: Int, chunks: ChunkedDecoder?) {
        framing = chunks.map { .chunked($0) } ?? .sized(remaining: contentLength)
    }

    /// The next piece of the body, taken off `input`, and whether more comes.
    /// - Parameter isEnd: whether the connection has ended, so that no further byte comes.
    mutating func read(_ input: inout ByteBuffer, isEnd: Bool) -> (piece: ByteBuffer, state: State) {
        let (piece, state) = read(&input)
        if input.readableBytes == 0 { input = ByteBuffer() }
        guard isEnd, state == .needMore else { return (piece, state) }
        if case .untilClose = framing { return (piece, .complete) }
        return (piece, .failed("the connection ended before the message did"))
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
        case .malformed(let reason): return (piece, .failed(reason))
        case .tooLarge: return (piece, .failed("A chunk is too large."))
        }
    }
}
