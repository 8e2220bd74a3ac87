/// The messages in what a netlink socket has given.
struct NetlinkReader: Sequence, IteratorProtocol {
    struct Message {
        var type: UInt16
        /// Behind the header.
        var payload: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Nil at the end, and for what is cut off.
    mutating func next() -> Message? {
        guard rest.count >= 16 else { return nil }
        let (length, type) = (Int(number(UInt32.self, at: 0)), number(UInt16.self, at: 4))
        guard length >= 16, length <= rest.count else { return nil }
        let message = Message(type: type, payload: rest.dropFirst(16).prefix(length - 16))
        rest = rest.dropFirst((length + 3) & ~3)
        return message
    }

    private func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
        rest.dropFirst(offset).withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    }
}
