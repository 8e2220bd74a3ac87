/// Writes netlink messages one after the other: headers and attributes in the machine's byte order, numbers of
/// nf_tables in the network's.
struct NetlinkWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var count: UInt32 = 0

    /// One message; its length is filled in when `body` has written the rest.
    mutating func message(type: UInt16, flags: UInt16, _ body: (inout NetlinkWriter) -> Void) {
        let start = bytes.count
        count += 1
        append(UInt32(0))
        append(type)
        append(flags)
        append(count)
        append(UInt32(0))
        body(&self)
        patch(UInt32(bytes.count - start), at: start)
    }

    mutating func attribute(_ type: Int, _ value: [UInt8]) {
        append(UInt16(4 + value.count))
        append(UInt16(type))
        bytes += value
        bytes += [UInt8](repeating: 0, count: -value.count & 3)
    }

    mutating func attribute(_ type: Int, _ text: String) { attribute(type, Array(text.utf8) + [0]) }

    /// A number in network byte order, as every number of nf_tables is.
    mutating func attribute(_ type: Int, _ number: UInt32) { attribute(type, number.bigEndianBytes) }

    /// An attribute made of attributes.
    mutating func nested(_ type: Int, _ body: (inout NetlinkWriter) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        append(UInt16(type) | 0x8000)
        body(&self)
        patch(UInt16(bytes.count - start), at: start)
    }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    private mutating func patch(_ value: some FixedWidthInteger, at offset: Int) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
