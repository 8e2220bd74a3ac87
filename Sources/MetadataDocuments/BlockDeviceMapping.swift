import InstanceModel

/// A key of EC2's `block-device-mapping`.
public enum BlockDeviceName: Sendable, Equatable {
    case ami, root, swap
    case ephemeral(Int)
    case ebs(Int)

    init?(_ segment: UnsafeRawBufferPointer) {
        if segment.equals("ami") {
            self = .ami
        } else if segment.equals("root") {
            self = .root
        } else if segment.equals("swap") {
            self = .swap
        } else if let number = Self.number(segment, after: "ephemeral") {
            self = .ephemeral(number)
        } else if let number = Self.number(segment, after: "ebs") {
            self = .ebs(number)
        } else {
            return nil
        }
    }

    /// The number after the prefix, in the form in which it is listed: without leading zeros, at most 9 digits.
    private static func number(_ segment: UnsafeRawBufferPointer, after prefix: StaticString) -> Int? {
        let digits = segment.dropFirst(prefix.utf8CodeUnitCount)
        guard UnsafeRawBufferPointer(rebasing: segment.prefix(prefix.utf8CodeUnitCount)).equals(prefix),
            let first = digits.first, digits.count <= 9, first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }
}

extension BlockDeviceName: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ami: "ami"
        case .root: "root"
        case .swap: "swap"
        case .ephemeral(let number): "ephemeral\(number)"
        case .ebs(let number): "ebs\(number)"
        }
    }
}

/// EC2's view of an instance's disks (contract nova.md §4.4).
struct BlockDeviceMapping {
    /// How many entries of each sort there are; enough to find an entry's place among the devices.
    struct Shape {
        var ephemeralCount = 0
        var ebsCount = 0
        var hasSwap = false

        /// The place of an entry in ``BlockDeviceMapping/devices``; nil for one that is not there.
        func position(of name: BlockDeviceName) -> Int? {
            switch name {
            case .ami: 0
            case .root: 1
            case .ephemeral(let number): number < ephemeralCount ? 2 + number : nil
            case .ebs(let number): number < ebsCount ? 2 + ephemeralCount + number : nil
            case .swap: hasSwap ? 2 + ephemeralCount + ebsCount : nil
            }
        }

        /// Every name, in the order of a listing.
        var sortedNames: [String] {
            let ephemerals = (0..<ephemeralCount).map(BlockDeviceName.ephemeral)
            let volumes = (0..<ebsCount).map(BlockDeviceName.ebs)
            let names = [.ami, .root] + ephemerals + volumes + (hasSwap ? [.swap] : [])
            return names.map(\.description).sorted()
        }
    }

    /// Device names: `ami`, `root`, the ephemeral ones, the volumes, `swap` if there is one.
    let devices: [String?]
    let shape: Shape

    init(_ instance: Instance) {
        guard let root = instance.rootDeviceName else {
            self.init(ami: "sda1", root: "/dev/sda1", ephemerals: ["sda2"], volumes: [], swap: ["sda3"])
            return
        }
        let blank = instance.blockDevices.filter { $0.destinationType != "volume" && $0.sourceType == "blank" }
        let ephemerals = blank.filter { $0.guestFormat != "swap" }.map(\.deviceName)
        let swap = blank.filter { $0.guestFormat == "swap" }.suffix(1).map(\.deviceName)
        let volumes = instance.blockDevices.filter { $0.destinationType == "volume" }.map(\.deviceName)
        self.init(
            ami: root.hasPrefix("/dev/") ? String(root.dropFirst(5)) : root, root: root,
            ephemerals: ephemerals.isEmpty ? Self.list(instance.defaultEphemeralDevice) : ephemerals,
            volumes: volumes.filter { $0 == nil } + volumes.compactMap { $0 }.sorted(by: Self.precedes),
            swap: swap.isEmpty ? Self.list(instance.defaultSwapDevice) : swap)
    }

    /// - Parameter swap: one entry or none.
    private init(ami: String, root: String, ephemerals: [String?], volumes: [String?], swap: [String?]) {
        devices = [ami, root] + ephemerals + volumes + swap
        shape = Shape(ephemeralCount: ephemerals.count, ebsCount: volumes.count, hasSwap: !swap.isEmpty)
    }

    /// A default device: none unless it is named.
    private static func list(_ device: String?) -> [String?] {
        device.map { $0.isEmpty ? [] : [$0] } ?? []
    }

    /// The order of code points.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
