import Crypto
import InstanceModel

/// What the format fills in where the file says nothing. Every value follows from the file alone, so that importing it
/// again describes the same records.
enum Derived {
    /// The namespace of the derived ids (RFC 9562, version 5), `8f2d6f4e-3c1b-4a57-9b0e-6d1f2a7c5e90`.
    private static let namespace = NetworkID(high: 0x8f2d_6f4e_3c1b_4a57, low: 0x9b0e_6d1f_2a7c_5e90)

    static func networkID(name: String) -> NetworkID { identifier("network/\(name)") }
    static func routerID(name: String) -> RouterID { identifier("router/\(name)") }
    static func instanceID(project: String, name: String) -> InstanceID {
        identifier("instance/\(project)/\(name)")
    }

    /// - Parameter ordinal: Which port of the instance on this network, from 0.
    static func portID(of instance: InstanceID, on network: NetworkID?, ordinal: Int) -> PortID {
        identifier("port/\(instance)/\(network?.description ?? "-")/\(ordinal)")
    }

    /// Lower case; space, `_` and `.` become `-`; other characters than a–z, 0–9 and `-` are dropped; no `-` at either
    /// end; at most 63 characters. `server-ID` when nothing is left.
    static func hostname(name: String, id: InstanceID) -> String {
        let hyphen = UInt8(ascii: "-")
        let kept = name.lowercased().utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen: byte
            case UInt8(ascii: " "), UInt8(ascii: "_"), UInt8(ascii: "."): hyphen
            default: nil
            }
        }
        var trimmed = kept.drop { $0 == hyphen }.prefix(63)
        while trimmed.last == hyphen { trimmed.removeLast() }
        let hostname = String(decoding: trimmed, as: UTF8.self)
        return hostname.isEmpty ? "server-\(id)" : hostname
    }

    /// `r-` and the first eight characters of the instance's id.
    static func reservationID(of instance: InstanceID) -> String {
        "r-\(instance.description.prefix(8))"
    }

    /// `fa:16:3e` and 24 bits of the port's id: its last, or those `attempt` times 24 bits before them.
    static func macAddress(of port: PortID, attempt: Int = 0) -> MACAddress {
        let bits = [port.low, port.low >> 24, port.high, port.high >> 24][attempt % macAddressAttempts]
        return MACAddress(value: 0xFA16_3E00_0000 | bits & 0xFF_FFFF)
    }

    static let macAddressAttempts = 4

    /// `tap` and the first eleven characters of the port's id.
    static func deviceName(of port: PortID) -> String {
        "tap\(port.description.prefix(11))"
    }

    private static func identifier<Entity>(_ name: String) -> Identifier<Entity> {
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: (namespace.high.bigEndian, namespace.low.bigEndian)) { hash.update(bufferPointer: $0) }
        var name = name
        name.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        let digest = Array(hash.finalize())
        let high = digest[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Identifier(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}

/// The ids of the EC2 tree: a prefix and a number in at least eight hexadecimal digits (contract nova.md §4.2).
enum EC2ID {
    static func text(_ number: UInt64, prefix: String) -> String {
        let digits = String(number, radix: 16)
        return "\(prefix)-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)"
    }

    /// The number, from 1 to 2⁶³ − 1; nil for any other text.
    static func number(in text: String, prefix: String) -> UInt64? {
        guard text.hasPrefix(prefix + "-") else { return nil }
        let digits = text.utf8.dropFirst(prefix.utf8.count + 1)
        guard (8...16).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            guard let digit = hexDigitValue(byte) else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return (1...UInt64(Int64.max)).contains(number) ? number : nil
    }
}
