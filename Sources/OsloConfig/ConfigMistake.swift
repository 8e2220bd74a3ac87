/// Something wrong in a configuration, in words an operator can act on. Never contains a secret option's value.
public struct ConfigMistake: Hashable, Sendable, CustomStringConvertible {
    /// Nil when the mistake is in no source, such as in a default.
    public var location: ConfigLocation?
    public var message: String

    public init(at location: ConfigLocation?, _ message: String) {
        self.location = location
        self.message = message
    }

    /// `FILE:LINE: message`.
    public var description: String {
        location.map { "\($0): \(message)" } ?? message
    }
}

/// Every mistake of a configuration, so that an operator mends them in one go.
public struct ConfigError: Error, Hashable, CustomStringConvertible {
    /// In the order of the sources and their lines; never empty.
    public let mistakes: [ConfigMistake]

    public init(_ mistakes: [ConfigMistake]) {
        self.mistakes = mistakes
    }

    /// One mistake a line.
    public var description: String {
        mistakes.map(\.description).joined(separator: "\n")
    }
}
