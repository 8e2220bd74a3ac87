/// The group and the name an option is written under, such as `[neutron] service_metadata_proxy`.
///
/// As in oslo.config a group's name is compared without regard to case, except that only `DEFAULT` in capitals is the
/// default group; an option's name is compared exactly.
public struct OptionName: Hashable, Sendable, CustomStringConvertible {
    /// In lower case, or `DEFAULT`.
    public let group: String
    public let name: String

    public init(_ group: String, _ name: String) {
        self.group = group == Self.defaultGroup ? group : group.lowercased()
        self.name = name
    }

    /// The group of options that belong to no other.
    public static let defaultGroup = "DEFAULT"

    /// `[group] name`, as messages show it.
    public var description: String {
        "[\(group)] \(name)"
    }
}
