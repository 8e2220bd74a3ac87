import InstanceModel

/// Names for the instances' namespaces: `lab-` and the instance's name as far as it can be part of a file name,
/// numbered where that is not unique.
struct LabNames {
    private var used: Set<String> = []

    mutating func namespace(of instance: Instance) -> String {
        let base = "lab-" + Self.sanitized(instance.name ?? instance.id.description)
        var name = base
        var number = 2
        while !used.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    private static func sanitized(_ name: String) -> String {
        let text = name.unicodeScalars.prefix(40).map { scalar -> Character in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || "._-".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
        }
        return text.isEmpty ? "instance" : String(text)
    }
}

extension Identifier<Port> {
    /// A port's id that follows from the two things it connects: the catalogue has none for routers and DHCP agents.
    static func derived<A, B>(_ first: Identifier<A>, _ second: Identifier<B>) -> PortID {
        PortID(high: scrambled(first.high ^ second.low), low: scrambled(first.low &+ second.high))
    }

    /// What Neutron names a port's device by.
    var prefix: String { String(description.prefix(11)) }

    /// In the range that Neutron gives addresses from.
    var derivedMAC: MACAddress { MACAddress(value: 0xFA16_3E00_0000 | low & 0xFF_FFFF) }
}

/// Spreads similar values far apart (the finaliser of SplitMix64).
func scrambled(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
}
