#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A part of the bytes that a parser was given, by offsets.
struct ByteRange: Equatable {
    var start: UInt32 = 0
    var end: UInt32 = 0

    init() {}

    init(_ start: Int, _ end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    @inline(__always)
    func of(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(end)])
    }
}

/// One header field: its name, and its value without surrounding blanks.
struct FieldLine {
    var name: ByteRange
    var value: ByteRange

    /// Reads `name: value` (RFC 9112 §5) between two offsets, the line's end excluded. Nil when the name is not a
    /// token directly followed by a colon, or the value has control characters other than tabs. A folded line starts
    /// with a blank and so has no name.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
        var colon = start
        while colon < end, Octet.isToken(bytes[colon]) { colon += 1 }
        guard colon > start, colon < end, bytes[colon] == Octet.colon else { return nil }
        var first = colon + 1
        var last = end
        while first < last, Octet.isBlank(bytes[first]) { first += 1 }
        while last > first, Octet.isBlank(bytes[last - 1]) { last -= 1 }
        guard !containsControl(bytes, first, last) else { return nil }
        self.name = ByteRange(start, colon)
        self.value = ByteRange(first, last)
    }
}

/// Whether there is a control character other than a tab. Eight octets at a time: almost all of a request is values.
@inline(__always)
func containsControl(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    var index = start
    while index + 8 <= end {
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if mayContainControl(word), hasControl(bytes, index, index + 8) { return true }
        index += 8
    }
    return hasControl(bytes, index, end)
}

@inline(__always)
private func hasControl(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    for index in start..<end where Octet.isControl(bytes[index]) && bytes[index] != Octet.tab { return true }
    return false
}

/// Never false when one of the eight octets is below 0x20 or is 0x7F; may be true without one.
@inline(__always)
private func mayContainControl(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let below32 = (word &- ones &* 0x20) & ~word
    let deletes = word ^ (ones &* 0x7F)
    return (below32 | ((deletes &- ones) & ~deletes)) & high != 0
}

/// The offset of the next line feed at or after `start`, or nil.
@inline(__always)
func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + start, CInt(Octet.lf), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
}
