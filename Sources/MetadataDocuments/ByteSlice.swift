/// A part of a byte array, sharing the array's storage.
public struct ByteSlice: Sendable {
    public let bytes: [UInt8]
    /// Always within `bytes`.
    public let range: Range<Int>

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    init(_ bytes: [UInt8]) {
        self.init(bytes, bytes.indices)
    }

    public var count: Int { range.count }

    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
