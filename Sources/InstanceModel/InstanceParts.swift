/// Parts of an instance's record that can be damaged each on its own. What needs a damaged part cannot be shown;
/// everything else can.
public struct InstanceParts: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let userData = Self(rawValue: 1)
    /// ``Instance/ports``.
    public static let ports = Self(rawValue: 1 << 1)
    public static let keyPair = Self(rawValue: 1 << 2)
    public static let devices = Self(rawValue: 1 << 3)
    public static let dedicatedCPUs = Self(rawValue: 1 << 4)
    public static let instanceType = Self(rawValue: 1 << 5)
    public static let password = Self(rawValue: 1 << 6)
}
