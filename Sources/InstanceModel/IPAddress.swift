#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An IPv4 or IPv6 address as a value: 16 bytes in network order, IPv4 in its first four, and the family.
public struct IPAddress: Hashable, Sendable {
    public enum Family: UInt8, Sendable { case v4 = 4, v6 = 6 }

    public let family: Family
    /// The address's first and second eight bytes; an IPv4 address fills the low half of `low`.
    public let high: UInt64
    public let low: UInt64

    public init(v4 value: UInt32) {
        self.family = .v4
        self.high = 0
        self.low = UInt64(value)
    }

    /// An IPv4-mapped address (`::ffff:a.b.c.d`) becomes the IPv4 address it stands for, so that a dual-stack socket's
    /// peer compares equal to the port's address.
    public init(v6High high: UInt64, low: UInt64) {
        if high == 0, low >> 32 == 0xFFFF {
            self.init(v4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(family: .v6, high: high, low: low)
        }
    }

    /// Strict text: dotted quad or RFC 4291, without zone or prefix length. Nil for anything else.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self = withUnsafeBytes(of: &v6) { bytes in
            IPAddress(
                v6High: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// 32 or 128.
    public var bitWidth: Int { family == .v4 ? 32 : 128 }

    public var isLinkLocalIPv6: Bool { family == .v6 && high >> 54 == 0xFE80 >> 6 }

    /// The address with everything after the first `length` bits cleared.
    public func masked(to length: Int) -> IPAddress {
        switch family {
        case .v4:
            let mask: UInt32 = length <= 0 ? 0 : ~UInt32(0) << UInt32(max(0, 32 - length))
            return IPAddress(v4: UInt32(truncatingIfNeeded: low) & mask)
        case .v6:
            let highMask: UInt64 = length <= 0 ? 0 : length >= 64 ? ~0 : ~UInt64(0) << UInt64(64 - length)
            let lowMask: UInt64 = length <= 64 ? 0 : length >= 128 ? ~0 : ~UInt64(0) << UInt64(128 - length)
            return IPAddress(family: .v6, high: high & highMask, low: low & lowMask)
        }
    }

    private init(family: Family, high: UInt64, low: UInt64) {
        self.family = family
        self.high = high
        self.low = low
    }

    /// The mask of a prefix as an address: `255.255.255.0`, `ffff:ffff:ffff:ffff::`.
    public static func netmask(_ family: Family, prefixLength: Int) -> IPAddress {
        let ones = IPAddress(family: family, high: family == .v4 ? 0 : ~0, low: family == .v4 ? 0xFFFF_FFFF : ~0)
        return ones.masked(to: prefixLength)
    }

    /// The last address of the prefix: the IPv4 broadcast address.
    public func broadcast(prefixLength: Int) -> IPAddress {
        let mask = IPAddress.netmask(family, prefixLength: prefixLength)
        let lowLimit: UInt64 = family == .v4 ? 0xFFFF_FFFF : ~0
        return IPAddress(family: family, high: family == .v4 ? 0 : high | ~mask.high, low: low | (~mask.low & lowLimit))
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or the canonical text of RFC 5952.
    public var description: String {
        family == .v4 ? dottedQuad : colonText
    }

    private var dottedQuad: String {
        (0..<4).map { String((low >> UInt64(24 - 8 * $0)) & 0xFF) }.joined(separator: ".")
    }

    private var colonText: String {
        let groups = (0..<8).map { index -> UInt64 in
            let word = index < 4 ? high : low
            return word >> UInt64(48 - 16 * (index % 4)) & 0xFFFF
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard let zeros = Self.longestZeroRun(groups) else { return text(0..<8) }
        return text(0..<zeros.lowerBound) + "::" + text(zeros.upperBound..<8)
    }

    /// The first longest run of at least two zero groups.
    private static func longestZeroRun(_ groups: [UInt64]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}

/// A prefix, `address/length`.
public struct CIDR: Hashable, Sendable {
    /// As written; host bits may be set.
    public let address: IPAddress
    /// 0…32 for IPv4, 0…128 for IPv6.
    public let prefixLength: Int

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]),
            !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1]), (0...address.bitWidth).contains(length)
        else { return nil }
        self.address = address
        self.prefixLength = length
    }

    /// The network address: host bits cleared.
    public var network: IPAddress { address.masked(to: prefixLength) }
    public var netmask: IPAddress { .netmask(address.family, prefixLength: prefixLength) }

    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(to: prefixLength) == network
    }
}

extension IPAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is not an IP address")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
