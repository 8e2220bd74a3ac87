/// A virtual machine, with everything its metadata can show.
///
/// Field names are Nova's (contract nova.md §10.2); optional means that the documents show Nova's form of a missing
/// value, which is `None` in the EC2 tree and `null` in JSON.
public struct Instance: Hashable, Sendable, Codable {
    public var id: InstanceID
    /// Compared exactly with `X-Tenant-ID`.
    public var projectID: String
    /// `display_name`.
    public var name: String?
    /// Without the DHCP domain.
    public var hostname: String?
    /// Number behind `i-%08x`.
    public var ec2Number: UInt64
    public var image: BootImage?
    public var kernel: BootImage?
    public var ramdisk: BootImage?
    public var launchIndex: Int?
    public var reservationID: String?
    public var availabilityZone: String?
    /// Flavor name, EC2's `instance-type`; nil where Nova has no flavor record.
    public var instanceType: String?
    /// `key_name` and `key_data`: the EC2 tree's public key. Empty or nil name: none.
    public var keyName: String?
    public var keyData: String?
    /// The key pair shown by `meta_data.json`, if `keyName` is not empty as well (contract §5.5).
    public var keyPair: KeyPair?
    /// In stored order. Of two equal keys the first keeps its place and the last its value.
    public var metadata: [MetadataItem]
    /// Decoded bytes; nil for no user data, empty for an empty file.
    public var userData: [UInt8]?
    /// The admin password the guest has posted, encrypted by the guest; empty for none.
    public var password: String
    /// Comma list sent to dynamic vendordata targets as `boot-roles`.
    public var bootRoles: String
    public var rootDeviceName: String?
    public var defaultEphemeralDevice: String?
    public var defaultSwapDevice: String?
    public var blockDevices: [BlockDevice]
    public var ports: [Port]
    public var devices: [Device]
    /// Guest CPU numbers, ascending.
    public var dedicatedCPUs: [Int]
    /// Names as the EC2 tree lists them, repetitions included. Nil: somebody else keeps them, and is asked when they
    /// are wanted.
    public var securityGroups: [String]?
    /// What could not be read; the fields of these parts hold nothing. Never stored.
    public var unreadable: InstanceParts = []

    public init(id: InstanceID, projectID: String, ec2Number: UInt64 = 0) {
        self.id = id
        self.projectID = projectID
        self.ec2Number = ec2Number
        self.metadata = []
        self.password = ""
        self.bootRoles = ""
        self.blockDevices = []
        self.ports = []
        self.devices = []
        self.dedicatedCPUs = []
        self.securityGroups = []
    }
}

extension Instance {
    private enum CodingKeys: String, CodingKey {
        case id, projectID, name, hostname, ec2Number, image, kernel, ramdisk, launchIndex, reservationID
        case availabilityZone, instanceType, keyName, keyData, keyPair, metadata, userData, password, bootRoles
        case rootDeviceName, defaultEphemeralDevice, defaultSwapDevice, blockDevices, ports, devices, dedicatedCPUs
        case securityGroups
    }
}

/// An image, kernel or ramdisk: Glance's id and the number behind `ami-%08x`, `aki-%08x`, `ari-%08x`.
public struct BootImage: Hashable, Sendable, Codable {
    public var id: String
    public var ec2Number: UInt64

    public init(id: String, ec2Number: UInt64) {
        self.id = id
        self.ec2Number = ec2Number
    }
}

public struct KeyPair: Hashable, Sendable, Codable {
    public var name: String
    /// `ssh` or `x509`.
    public var type: String
    /// As stored, a trailing newline included.
    public var publicKey: String

    public init(name: String, type: String = "ssh", publicKey: String) {
        self.name = name
        self.type = type
        self.publicKey = publicKey
    }
}

/// One pair of the instance's own metadata, `meta` in `meta_data.json`.
public struct MetadataItem: Hashable, Sendable, Codable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// One row of `block_device_mapping` (contract §4.4).
public struct BlockDevice: Hashable, Sendable, Codable {
    public var deviceName: String?
    /// `image`, `volume`, `snapshot` or `blank`.
    public var sourceType: String
    /// `local` or `volume`.
    public var destinationType: String
    /// `swap`, a file system's name, or nil.
    public var guestFormat: String?

    public init(deviceName: String?, sourceType: String, destinationType: String, guestFormat: String? = nil) {
        self.deviceName = deviceName
        self.sourceType = sourceType
        self.destinationType = destinationType
        self.guestFormat = guestFormat
    }
}
