/// Classes of octets in HTTP/1.1's grammar (RFC 9110 §5.6.2, RFC 9112).
enum Octet {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let delete: UInt8 = 0x7F

    /// The token characters below and above 64 as sets of bits: letters, digits and ``!#$%&'*+-.^_`|~``.
    private static let tokensBelow64: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokensAbove64: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    @inline(__always)
    static func isToken(_ octet: UInt8) -> Bool {
        let set = octet < 64 ? tokensBelow64 : tokensAbove64
        return octet < 128 && set >> UInt64(octet & 63) & 1 == 1
    }

    @inline(__always)
    static func isBlank(_ octet: UInt8) -> Bool { octet == space || octet == tab }

    @inline(__always)
    static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }

    @inline(__always)
    static func isControl(_ octet: UInt8) -> Bool { octet < 0x20 || octet == delete }

    @inline(__always)
    static func lowercased(_ octet: UInt8) -> UInt8 { octet &- 0x41 < 26 ? octet | 0x20 : octet }

    @inline(__always)
    static func hexValue(_ octet: UInt8) -> Int? {
        switch octet {
        case 0x30...0x39: Int(octet &- 0x30)
        case 0x41...0x46: Int(octet &- 0x37)
        case 0x61...0x66: Int(octet &- 0x57)
        default: nil
        }
    }
}
