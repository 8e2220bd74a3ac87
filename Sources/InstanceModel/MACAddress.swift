/// An Ethernet address.
public struct MACAddress: Hashable, Sendable {
    /// 48 bits, the first octet highest.
    public let value: UInt64

    /// Six two-digit octets separated by `:` or `-`, either case.
    public init?(_ text: some StringProtocol) {
        let octets = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard octets.count == 6 else { return nil }
        var value: UInt64 = 0
        for octet in octets {
            guard octet.utf8.count == 2, octet.utf8.allSatisfy({ hexDigitValue($0) != nil }),
                let number = UInt64(octet, radix: 16)
            else { return nil }
            value = value << 8 | number
        }
        self.value = value
    }

    public init(value: UInt64) {
        self.value = value & 0xFFFF_FFFF_FFFF
    }

    /// The address that a link-local IPv6 address was formed from by EUI-64; nil for one that was not.
    public init?(linkLocalAddress address: IPAddress) {
        guard address.isLinkLocalIPv6, address.high == 0xFE80_0000_0000_0000, (address.low >> 24) & 0xFFFF == 0xFFFE
        else {
            return nil
        }
        self.init(value: ((address.low >> 40) << 24 | address.low & 0xFF_FFFF) ^ 0x0200_0000_0000)
    }

    /// The link-local address a guest forms from this address by EUI-64 (RFC 4291 appendix A): the source of its
    /// requests to `fe80::a9fe:a9fe`.
    public var linkLocalAddress: IPAddress {
        let flipped = value ^ 0x0200_0000_0000
        let interfaceID = (flipped >> 24) << 40 | 0xFF_FE00_0000 | flipped & 0xFF_FFFF
        return IPAddress(v6High: 0xFE80_0000_0000_0000, low: interfaceID)
    }
}

extension MACAddress: CustomStringConvertible {
    /// Lower case with colons.
    public var description: String {
        (0..<6).map { index in
            let octet = value >> UInt64(40 - 8 * index) & 0xFF
            return (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }.joined(separator: ":")
    }
}

extension MACAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is not a MAC address")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
