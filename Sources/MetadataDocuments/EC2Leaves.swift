import InstanceModel

/// The texts of the EC2 tree's leaves (contract nova.md §4.1).
enum EC2Leaves {
    /// How Python shows a value that is missing.
    static let none = Array("None".utf8)

    static func presence(_ instance: Instance) -> EC2Tree.Presence {
        var presence: EC2Tree.Presence = []
        if instance.keyName?.isEmpty == false { presence.insert(.publicKeys) }
        if instance.kernel != nil { presence.insert(.kernel) }
        if instance.ramdisk != nil { presence.insert(.ramdisk) }
        return presence
    }

    /// Empty for the parts that are no leaves of this tree, and for a leaf that the instance does not have.
    static func text(_ part: DocumentPart, of instance: Instance, _ settings: DocumentSettings) -> String {
        switch part {
        case .amiID: orNone(identifier("ami", instance.image?.ec2Number))
        case .amiLaunchIndex: orNone(instance.launchIndex.map(String.init))
        case .hostname: orNone(settings.fullHostname(of: instance))
        case .instanceID: orNone(identifier("i", instance.ec2Number))
        case .localIPv4: fixedIPs(instance).first { IPAddress($0.address)?.family == .v4 }?.address ?? ""
        case .reservationID: orNone(instance.reservationID)
        case .securityGroups: (instance.securityGroups ?? []).joined(separator: "\n")
        case .publicKeys: instance.keyName.map { "0=" + $0 } ?? ""
        case .openSSHKey: instance.keyName == nil ? "" : orNone(instance.keyData)
        case .publicIPv4: fixedIPs(instance).lazy.flatMap(\.floatingIPs).first ?? ""
        case .instanceType: orNone(instance.instanceType)
        case .kernelID: identifier("aki", instance.kernel?.ec2Number) ?? ""
        case .ramdiskID: identifier("ari", instance.ramdisk?.ec2Number) ?? ""
        case .availabilityZone: orNone(instance.availabilityZone)
        default: ""
        }
    }

    private static func orNone(_ text: String?) -> String {
        text ?? "None"
    }

    private static func fixedIPs(_ instance: Instance) -> [FixedIP] {
        instance.ports.flatMap(\.fixedIPs)
    }

    /// The prefix and at least eight lower-case hexadecimal digits (contract nova.md §4.2).
    private static func identifier(_ prefix: String, _ number: UInt64?) -> String? {
        guard let digits = number.map({ String($0, radix: 16) }) else { return nil }
        return prefix + "-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
