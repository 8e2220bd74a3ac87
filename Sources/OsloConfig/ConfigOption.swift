/// What is known of an option before its value is read.
public protocol DeclaredOption: Sendable {
    var name: OptionName { get }
    /// Older spellings, still accepted. In one source the present name wins over them, in their order.
    var aliases: [OptionName] { get }
    /// Whether the value is never to be shown.
    var isSecret: Bool { get }
    /// The default as it would be written in a file; it may hold references.
    var defaultText: String { get }
    /// Whether every assignment counts, rather than the last.
    var isRepeated: Bool { get }
}

/// A typed option: where it is written, how its text is read and what it is when nobody sets it.
///
/// ```swift
/// let expiration = ConfigOption(
///     "api", "metadata_cache_expiration", .integer(0...), default: 15,
///     aliases: [OptionName("DEFAULT", "metadata_cache_expiration")])
/// ```
public struct ConfigOption<Value: Sendable>: DeclaredOption {
    public let name: OptionName
    public let type: OptionType<Value>
    /// In the type's unit. A text may hold references to other options, as in `$state_path/metadata_proxy`.
    public let defaultValue: Value
    public let aliases: [OptionName]
    public let isSecret: Bool

    public init(
        _ group: String, _ name: String, _ type: OptionType<Value>, default defaultValue: Value,
        aliases: [OptionName] = [], secret: Bool = false
    ) {
        self.name = OptionName(group, name)
        self.type = type
        self.defaultValue = defaultValue
        self.aliases = aliases
        self.isSecret = secret
    }

    public var defaultText: String { type.text(defaultValue) }

    public var isRepeated: Bool { type.isRepeated }
}

extension ConfigOption {
    /// An option without a default: nil unless it is set.
    public init<Wrapped>(
        _ group: String, _ name: String, _ type: OptionType<Wrapped>, aliases: [OptionName] = [], secret: Bool = false
    ) where Value == Wrapped? {
        self.init(group, name, .optional(type), default: nil, aliases: aliases, secret: secret)
    }
}
