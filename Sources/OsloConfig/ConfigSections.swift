/// Where something is written: a file and a line in it.
public struct ConfigLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file's name as the operator gave it, or a word such as `command line` for another source.
    public var file: String
    /// Counted from 1; nil for the source as a whole.
    public var line: Int?

    public init(file: String, line: Int? = nil) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`, the form editors and terminals turn into a link.
    public var description: String {
        line.map { "\(file):\($0)" } ?? file
    }
}

/// One assignment: a value that a source gives to an option.
public struct ConfigEntry: Hashable, Sendable {
    public var option: OptionName
    /// As written: enclosing quotes removed, continuation lines joined with line feeds, references not substituted.
    public var value: String
    /// The line the option's name is on.
    public var location: ConfigLocation

    public init(option: OptionName, value: String, location: ConfigLocation) {
        self.option = option
        self.value = value
        self.location = location
    }
}

/// All assignments of one source, in written order.
///
/// ``ConfigText/parse(_:file:)`` makes one from a file's text; other sources, such as a command line, make their own.
public struct ConfigSections: Hashable, Sendable {
    /// The file's name as the operator gave it, or a word such as `command line`.
    public var source: String
    public var entries: [ConfigEntry]

    public init(source: String, entries: [ConfigEntry]) {
        self.source = source
        self.entries = entries
    }
}
