/// Fresh values for `random_seed` of `meta_data.json`: 512 random bytes each, as 684 characters of base64
/// (contract nova.md §5.3).
///
/// Random bytes are drawn and encoded for 32 values at once, so that a request costs neither a system call nor an
/// allocation. For one thread: one per event loop.
public final class RandomSeed {
    /// Octets of one value.
    public static let encodedCount = Base64.encodedCount(512)

    private static let batch = 32
    private let fill: (UnsafeMutableRawBufferPointer) -> Void
    private var encoded: [UInt8] = []
    private var next = 0

    /// - Parameter fill: fills the whole buffer with bytes from a cryptographically secure source.
    public init(fill: @escaping (UnsafeMutableRawBufferPointer) -> Void) {
        self.fill = fill
    }

    /// A value that was not given out before.
    public func draw() -> ByteSlice {
        if next == encoded.count { refill() }
        defer { next += Self.encodedCount }
        return ByteSlice(encoded, next..<next + Self.encodedCount)
    }

    /// Makes a new array instead of overwriting the old one, which unsent replies may still refer to.
    private func refill() {
        let random = [UInt8](unsafeUninitializedCapacity: 512 * Self.batch) { buffer, count in
            fill(UnsafeMutableRawBufferPointer(buffer))
            count = buffer.count
        }
        encoded = [UInt8](unsafeUninitializedCapacity: Self.encodedCount * Self.batch) { buffer, count in
            random.withUnsafeBytes { random in
                for value in 0..<Self.batch {
                    let start = value * Self.encodedCount
                    Base64.encode(
                        UnsafeRawBufferPointer(rebasing: random[value * 512..<(value + 1) * 512]),
                        into: UnsafeMutableBufferPointer(rebasing: buffer[start..<start + Self.encodedCount]))
                }
            }
            count = Self.encodedCount * Self.batch
        }
        next = 0
    }
}
