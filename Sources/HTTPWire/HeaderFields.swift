import NIOCore

/// Header fields of a message in their order, kept as the lines that are sent.
public struct HeaderFields: Sendable, Equatable {
    /// Complete lines, each `name: value` with its CR LF.
    private(set) var lines = ByteBuffer()

    public init() {}

    public var isEmpty: Bool { lines.readableBytes == 0 }

    /// Adds a field.
    /// - Returns: false, and nothing is added, when the name is not a token or the value has a control character other
    ///   than a tab: a line break would let a value forge fields or a whole response.
    @discardableResult
    public mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        guard !name.isEmpty, name.allSatisfy(Octet.isToken), !containsControl(value, 0, value.count) else {
            return false
        }
        appendChecked(name, value)
        return true
    }

    @discardableResult
    public mutating func append(_ name: String, _ value: String) -> Bool {
        append(Array(name.utf8), Array(value.utf8))
    }

    @discardableResult
    public mutating func append(_ name: [UInt8], _ value: [UInt8]) -> Bool {
        name.withUnsafeBytes { name in value.withUnsafeBytes { value in append(name, value) } }
    }

    mutating func appendChecked(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        lines.reserveCapacity(minimumWritableBytes: name.count + value.count + 4)
        lines.writeBytes(name)
        lines.writeStaticString(": ")
        lines.writeBytes(value)
        lines.writeStaticString("\r\n")
    }

    /// Calls `body` with the name and value of every field.
    public func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) rethrows {
        try lines.withUnsafeReadableBytes { bytes in
            var start = 0
            while let feed = lineFeed(in: bytes, from: start) {
                if let line = FieldLine(bytes, start, feed - 1) {
                    try body(line.name.of(bytes), line.value.of(bytes))
                }
                start = feed + 1
            }
        }
    }

    /// The first value of that name as text, damaged where it is not UTF-8.
    public func first(_ name: HeaderName) -> String? {
        var found: String?
        forEach { candidate, value in
            if found == nil, name.matches(candidate) { found = String(decoding: value, as: UTF8.self) }
        }
        return found
    }
}
