/// Decodes the chunked transfer coding (RFC 9112 §7.1) of a message whose bytes are collected by somebody else.
///
/// It is given all the message's bytes each time, longer every time, and goes on where it stopped.
struct ChunkedDecoder {
    enum Outcome: Equatable {
        case needMore
        /// The body is complete and the message ends at this offset.
        case complete(end: Int)
        case malformed(String)
        case tooLarge
    }

    private enum Phase { case size, data, dataEnd, trailer }

    /// The body so far.
    private(set) var body: [UInt8] = []
    private var phase = Phase.size
    private var start = 0
    private var position = 0
    /// Where the search for the end of an incomplete line goes on.
    private var searched = 0
    private var remaining = 0
    private var trailerBytes = 0

    private static let maximumLine = 1024
    private static let maximumTrailer = 8 * 1024

    init() {}

    /// Ready for a body that starts at `offset`.
    mutating func reset(at offset: Int) {
        if body.capacity > 4096 { body = [] } else { body.removeAll(keepingCapacity: true) }
        phase = .size
        start = offset
        position = offset
        searched = offset
        remaining = 0
        trailerBytes = 0
    }

    /// Gives up what has been decoded, so that a body of any size passes through little memory.
    /// - Returns: the body since the last such call, and how many of the bytes given are not to be given again.
    mutating func takeDecoded() -> (body: [UInt8], consumed: Int) {
        let taken = (body, position)
        body = []
        searched -= position
        start = 0
        position = 0
        return taken
    }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Outcome {
        while true {
            let outcome =
                switch phase {
                case .size: readSize(bytes, limit: limit)
                case .data: readData(bytes)
                case .dataEnd: readDataEnd(bytes)
                case .trailer: readTrailer(bytes)
                }
            if let outcome { return outcome }
        }
    }

    private mutating func readSize(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Outcome? {
        guard let end = lineEnd(bytes) else { return unfinishedLine(bytes) }
        guard let size = chunkSize(bytes, position, end) else { return .malformed("A chunk size is not valid.") }
        // Bytes that carry no body are bounded by what the body itself has brought.
        guard end - start - body.count <= 16 * 1024 + 8 * body.count else {
            return .malformed("The chunks are too small.")
        }
        guard size <= limit - body.count else { return .tooLarge }
        advance(to: end + 2)
        remaining = size
        phase = size == 0 ? .trailer : .data
        return nil
    }

    private mutating func readData(_ bytes: UnsafeRawBufferPointer) -> Outcome? {
        let count = min(remaining, bytes.count - position)
        guard count > 0 else { return .needMore }
        body.append(contentsOf: bytes[position..<position + count])
        advance(to: position + count)
        remaining -= count
        if remaining == 0 { phase = .dataEnd }
        return nil
    }

    private mutating func readDataEnd(_ bytes: UnsafeRawBufferPointer) -> Outcome? {
        guard position < bytes.count else { return .needMore }
        guard bytes[position] == Octet.cr else { return .malformed("A chunk is longer than its size.") }
        guard position + 1 < bytes.count else { return .needMore }
        guard bytes[position + 1] == Octet.lf else { return .malformed("A chunk is longer than its size.") }
        advance(to: position + 2)
        phase = .size
        return nil
    }

    /// Trailer fields are checked and dropped: nothing in this service has a use for them.
    private mutating func readTrailer(_ bytes: UnsafeRawBufferPointer) -> Outcome? {
        guard let end = lineEnd(bytes) else { return unfinishedLine(bytes) }
        guard end > position else { return .complete(end: end + 2) }
        trailerBytes += end - position
        guard trailerBytes <= Self.maximumTrailer, FieldLine(bytes, position, end) != nil else {
            return .malformed("A trailer field is not valid.")
        }
        advance(to: end + 2)
        return nil
    }

    private mutating func advance(to offset: Int) {
        position = offset
        searched = offset
    }

    /// The offset of the CR LF that ends the present line, when it is there and the line is neither too long nor ended
    /// by a bare LF. An overlong or badly ended line is left to ``unfinishedLine(_:)``.
    private mutating func lineEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let feed = lineFeed(in: bytes, from: searched) else {
            searched = max(searched, bytes.count)
            return nil
        }
        guard feed - position <= Self.maximumLine, feed > position, bytes[feed - 1] == Octet.cr else {
            searched = feed
            return nil
        }
        return feed - 1
    }

    private func unfinishedLine(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if searched < bytes.count { return .malformed("A line of a chunked body does not end with CR LF.") }
        if bytes.count - position > Self.maximumLine { return .malformed("A line of a chunked body is too long.") }
        return .needMore
    }

    /// `1*HEXDIG [ chunk-ext ]`; extensions are bounded and ignored. A size that no limit allows reads as the largest.
    private func chunkSize(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        var index = start
        var size = 0
        while index < end, let digit = Octet.hexValue(bytes[index]) {
            size = size >= 1 << 56 ? Int.max : size << 4 | digit
            index += 1
        }
        guard index > start else { return nil }
        guard index < end else { return size }
        while index < end, Octet.isBlank(bytes[index]) { index += 1 }
        guard index < end, bytes[index] == Octet.semicolon, !containsControl(bytes, index, end) else { return nil }
        return size
    }
}
