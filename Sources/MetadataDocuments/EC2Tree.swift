/// A text of the EC2 tree below `meta-data/`: a leaf, or the listing of a directory (contract nova.md §4).
public enum EC2Item: Sendable, Equatable {
    case amiID, amiLaunchIndex, amiManifestPath, hostname, instanceID, localIPv4, reservationID, securityGroups
    case publicIPv4, instanceType, kernelID, ramdiskID, instanceAction
    /// The listing of `public-keys`, which is also its hidden entry `_name`.
    case publicKeys
    /// The listing of `public-keys/0`.
    case publicKey
    case openSSHKey
    /// The listing of `placement`.
    case placement
    case availabilityZone
    /// The listing of `block-device-mapping`.
    case blockDeviceMapping
    case blockDevice(BlockDeviceName)
}

/// The EC2-compatible tree: the one table of its entries, from which routes and listings follow.
enum EC2Tree {
    /// Entries that not every instance has.
    struct Presence: OptionSet {
        let rawValue: UInt8

        static let publicKeys = Self(rawValue: 1)
        static let kernel = Self(rawValue: 2)
        static let ramdisk = Self(rawValue: 4)
        static let combinations: UInt8 = 8
    }

    private struct Entry {
        let name: StaticString
        let since: EC2Version
        let item: EC2Item
        var isDirectory = false
        var needs: Presence = []
    }

    /// Contract nova.md §4.1, sorted as Nova sorts a listing.
    private static let entries = [
        Entry(name: "ami-id", since: .v1_0, item: .amiID),
        Entry(name: "ami-launch-index", since: .v1_0, item: .amiLaunchIndex),
        Entry(name: "ami-manifest-path", since: .v1_0, item: .amiManifestPath),
        Entry(name: "block-device-mapping", since: .v2007_12_15, item: .blockDeviceMapping, isDirectory: true),
        Entry(name: "hostname", since: .v1_0, item: .hostname),
        Entry(name: "instance-action", since: .v2008_09_01, item: .instanceAction),
        Entry(name: "instance-id", since: .v1_0, item: .instanceID),
        Entry(name: "instance-type", since: .v2007_08_29, item: .instanceType),
        Entry(name: "kernel-id", since: .v2007_12_15, item: .kernelID, needs: .kernel),
        Entry(name: "local-hostname", since: .v2007_01_19, item: .hostname),
        Entry(name: "local-ipv4", since: .v1_0, item: .localIPv4),
        Entry(name: "placement", since: .v2008_02_01, item: .placement, isDirectory: true),
        Entry(name: "public-hostname", since: .v2007_01_19, item: .hostname),
        Entry(name: "public-ipv4", since: .v2007_01_19, item: .publicIPv4),
        Entry(name: "public-keys", since: .v1_0, item: .publicKeys, isDirectory: true, needs: .publicKeys),
        Entry(name: "ramdisk-id", since: .v2007_12_15, item: .ramdiskID, needs: .ramdisk),
        Entry(name: "reservation-id", since: .v1_0, item: .reservationID),
        Entry(name: "security-groups", since: .v1_0, item: .securityGroups),
    ]

    /// The word that Nova answers, to the letter (contract nova.md §4.1): nothing is left to be done here.
    static let manifestPath = lines(["FIXME"])
    static let instanceAction = lines(["none"])
    static let placement = lines(["availability-zone"])
    static let publicKey = lines(["openssh-key"])
    private static let contents = [lines(["meta-data/"]), lines(["meta-data/", "user-data"])]

    static func contents(hasUserData: Bool) -> [UInt8] {
        contents[hasUserData ? 1 : 0]
    }

    /// What `meta-data` shows.
    static func listing(_ version: EC2Version, having present: Presence) -> [UInt8] {
        listings[version.rawValue][Int(present.rawValue)]
    }

    private static let listings = EC2Version.allCases.map { version in
        (0..<Presence.combinations).map { present in
            let shown = entries.filter { $0.since <= version && Presence(rawValue: present).isSuperset(of: $0.needs) }
            return Array(
                shown.map { $0.name.description + ($0.isDirectory ? "/" : "") }.joined(separator: "\n").utf8)
        }
    }
}

extension EC2Tree {
    /// The route of `/<version>` and the segments that follow it.
    static func route(version: UnsafeRawBufferPointer, _ segments: inout PathSegments) -> Route {
        guard let version = EC2Version(version) else { return .unknown }
        guard let branch = segments.next() else { return .ec2Contents }
        if branch.equals("user-data") { return segments.isAtEnd ? .userData : .unknown }
        guard branch.equals("meta-data") else { return .unknown }
        guard let name = segments.next() else { return .ec2MetaData(version) }
        guard let entry = entries.first(where: { name.equals($0.name) }), entry.since <= version else {
            return .unknown
        }
        guard let child = segments.next() else { return .ec2(entry.item) }
        guard let item = item(child, in: entry.item, &segments), segments.isAtEnd else { return .unknown }
        return .ec2(item)
    }

    /// Public keys: contract nova.md §4.3; block devices: §4.4.
    private static func item(
        _ name: UnsafeRawBufferPointer, in directory: EC2Item, _ segments: inout PathSegments
    ) -> EC2Item? {
        switch directory {
        case .placement:
            return name.equals("availability-zone") ? .availabilityZone : nil
        case .blockDeviceMapping:
            return BlockDeviceName(name).map(EC2Item.blockDevice)
        case .publicKeys where name.equals("0"):
            guard let child = segments.next() else { return .publicKey }
            return child.equals("openssh-key") ? .openSSHKey : child.equals("_name") ? .publicKeys : nil
        default:
            return nil
        }
    }
}
