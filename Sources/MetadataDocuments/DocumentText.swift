/// The parts of an instance's rendered text, in the order in which they are stored.
///
/// Parts that are read together stand together. The devices of EC2's block device mapping follow as further parts.
enum DocumentPart: Int, CaseIterable {
    /// `meta_data.json` up to the opening quote of the random seed.
    case metaDataHead
    /// From the closing quote of the random seed to the project.
    case project
    /// The device lists of the versions where they can differ. An empty one is the same as the one before it.
    case devices2016, devices2017, devices2018, devices2025
    case dedicatedCPUs
    case networkData, injectedNetwork, password
    case amiID, amiLaunchIndex, hostname, instanceID, localIPv4, reservationID, securityGroups, publicKeys, openSSHKey
    case publicIPv4, instanceType, kernelID, ramdiskID, availabilityZone, blockDeviceMapping

    static let count = allCases.count
}

/// Everything rendered for one instance: one byte array, and where each part of it ends.
struct DocumentText: Sendable {
    let bytes: [UInt8]
    /// Four bytes each, since there are some forty of them in every instance of a cloud. Text beyond 4 GiB is cut off.
    private let ends: [UInt32]

    /// - Parameter render: appends the part of this number.
    init(parts count: Int, render: (inout JSONText, Int) -> Void) {
        var text = JSONText()
        text.reserveCapacity(4096)
        ends = (0..<count).map { index in
            text.beginText()
            render(&text, index)
            return UInt32(clamping: text.bytes.count)
        }
        bytes = text.exactBytes
    }

    func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    func range(_ part: DocumentPart) -> Range<Int> {
        range(part.rawValue)
    }

    func slice(_ index: Int) -> ByteSlice { ByteSlice(bytes, range(index)) }
    func slice(_ part: DocumentPart) -> ByteSlice { ByteSlice(bytes, range(part)) }

    /// The device list of a version that has one.
    func devices(_ version: OpenStackVersion) -> Range<Int> {
        var part = DocumentPart.devices(version).rawValue
        while range(part).isEmpty, part > DocumentPart.devices2016.rawValue { part -= 1 }
        return range(part)
    }
}

extension DocumentPart {
    /// The versions that changed the rules for devices: contract nova.md §5.4.
    static func devices(_ version: OpenStackVersion) -> DocumentPart {
        switch version {
        case .v2025_04_04...: .devices2025
        case .v2018_08_27...: .devices2018
        case .v2017_02_22...: .devices2017
        default: .devices2016
        }
    }
}
