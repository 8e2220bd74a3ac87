import Foundation
import InstanceModel

/// An instance as it was read, before defaults are filled in and references are followed.
struct InstanceDraft {
    let place: FileValue
    var name = Given<String>.absent
    var id: InstanceID?
    var project = ""
    var hostname = Given<String>.absent
    var ec2Number: UInt64?
    var image: BootImage?
    var kernel: BootImage?
    var ramdisk: BootImage?
    var launchIndex = Given<Int>.absent
    var reservationID = Given<String>.absent
    var availabilityZone = Given<String>.absent
    var instanceType: String?
    var keyPair: KeyPair?
    var keyName = Given<String>.absent
    var keyData = Given<String>.absent
    var metadata: [MetadataItem] = []
    var userData: [UInt8]?
    var userDataBase64: [UInt8]?
    var userDataFile: [UInt8]?
    var password = ""
    var bootRoles: [String] = []
    var rootDevice = Given<String>.absent
    var ephemeralDevice: String?
    var swapDevice: String?
    var blockDevices: [BlockDevice] = []
    var ports: [PortDraft] = []
    var devices: [Device] = []
    var dedicatedCPUs: [Int] = []
    var securityGroups: [String] = []

    static let fields = FieldTable<InstanceDraft>(identityFields + bootFields + dataFields + hardwareFields)

    private static let identityFields: [Field<InstanceDraft>] = [
        Field(nullable: "name", \.name, required: "the instance's name") { $0.text($1) },
        Field("id", \.id) { $0.identifier($1) },
        Field("project", \.project, required: "the id of the instance's project") { $0.text($1) },
        Field(nullable: "hostname", \.hostname) { $0.text($1) },
        Field("ec2_id", \.ec2Number) { $0.ec2Number($1, prefix: "i") },
        Field(nullable: "launch_index", \.launchIndex) { $0.integer($1, 0...Int(Int32.max)) },
        Field(nullable: "reservation_id", \.reservationID) { $0.text($1) },
        Field(nullable: "availability_zone", \.availabilityZone) { $0.text($1) },
        Field("instance_type", \.instanceType) { $0.text($1) },
        Field("security_groups", \.securityGroups) { $0.texts($1) },
    ]

    private static let bootFields: [Field<InstanceDraft>] = [
        Field("image", \.image) { $0.image($1, by: BootImage.imageFields) },
        Field("kernel", \.kernel) { $0.image($1, by: BootImage.kernelFields) },
        Field("ramdisk", \.ramdisk) { $0.image($1, by: BootImage.ramdiskFields) },
        Field(nullable: "root_device", \.rootDevice) { $0.text($1) },
        Field("ephemeral_device", \.ephemeralDevice) { $0.text($1) },
        Field("swap_device", \.swapDevice) { $0.text($1) },
        Field("block_devices", \.blockDevices) { reader, value in
            reader.list(value, of: "block devices") { reader.record($0, BlockDevice.draft, by: BlockDevice.fields) }
        },
        Field("boot_roles", \.bootRoles) { $0.texts($1) },
    ]

    private static let dataFields: [Field<InstanceDraft>] = [
        Field("key_pair", \.keyPair) { $0.record($1, KeyPair(name: "", publicKey: ""), by: KeyPair.fields) },
        Field(nullable: "key_name", \.keyName) { $0.text($1) },
        Field(nullable: "key_data", \.keyData) { $0.text($1) },
        Field("metadata", \.metadata) { reader, value in
            reader.pairs(value) { reader.text($0) }?.map(MetadataItem.init)
        },
        Field("user_data", \.userData) { reader, value in reader.text(value).map { Array($0.utf8) } },
        Field("user_data_base64", \.userDataBase64) { $0.base64($1) },
        Field("user_data_file", \.userDataFile) { $0.contents($1) },
        Field("password", \.password) { $0.text($1) },
    ]

    private static let hardwareFields: [Field<InstanceDraft>] = [
        Field("ports", \.ports) { reader, value in
            reader.list(value, of: "ports") { reader.record($0, PortDraft(place: $0), by: PortDraft.fields) }
        },
        Field("devices", \.devices) { reader, value in
            reader.list(value, of: "devices") { reader.device($0) }
        },
        Field("dedicated_cpus", \.dedicatedCPUs) { reader, value in
            reader.list(value, of: "CPU numbers") { reader.integer($0, 0...65535) }
        },
    ]
}

extension BootImage {
    static let imageFields = fields(prefix: "ami")
    static let kernelFields = fields(prefix: "aki")
    static let ramdiskFields = fields(prefix: "ari")

    private static func fields(prefix: String) -> FieldTable<BootImage> {
        FieldTable([
            Field("id", \.id, required: "the image's id") { $0.text($1) },
            Field("ec2_id", \.ec2Number) { $0.ec2Number($1, prefix: prefix) },
        ])
    }
}

extension KeyPair {
    static let fields = FieldTable<KeyPair>([
        Field("name", \.name, required: "the key pair's name") { $0.text($1) },
        Field("type", \.type) { $0.choice($1, ["ssh", "x509"]) },
        Field("public_key", \.publicKey, required: "the public key") { $0.text($1) },
    ])
}

extension BlockDevice {
    static let draft = BlockDevice(deviceName: nil, sourceType: "", destinationType: "")
    private static let sources = ["image", "volume", "snapshot", "blank"]
    private static let destinations = ["local", "volume"]

    static let fields = FieldTable<BlockDevice>([
        Field("device", \.deviceName) { $0.text($1) },
        Field("source", \.sourceType, required: "one of \(sources.joined(separator: ", "))") { $0.choice($1, sources) },
        Field("destination", \.destinationType, required: "one of \(destinations.joined(separator: ", "))") {
            $0.choice($1, destinations)
        },
        Field("format", \.guestFormat) { $0.text($1) },
    ])
}

extension FileReader {
    /// The id alone, or a mapping with the EC2 number too.
    fileprivate func image(_ value: FileValue, by table: FieldTable<BootImage>) -> BootImage? {
        if value.isScalar { return text(value).map { BootImage(id: $0, ec2Number: 0) } }
        return record(value, BootImage(id: "", ec2Number: 0), by: table)
    }

    /// Bytes in Base64 (RFC 4648 §4); line breaks and spaces between are allowed.
    fileprivate func base64(_ value: FileValue) -> [UInt8]? {
        scalar(value, "bytes in Base64") { text in
            Data(base64Encoded: text.filter { !$0.isWhitespace }).map(Array.init)
        }
    }

    fileprivate func contents(_ value: FileValue) -> [UInt8]? {
        guard let name = text(value, "the name of a file") else { return nil }
        do {
            return try contentsOfFile(name)
        } catch {
            refuse(value, expected: "the name of a file that can be read", found: "\(quoted(name)): \(error)")
            return nil
        }
    }
}
