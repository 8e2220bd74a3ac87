/// Typed values from a series of configuration sources, with every mistake collected.
///
/// ```swift
/// var configuration = Configuration([nova, site], options: Settings.all, ownGroups: ["metapath"])
/// let secret = configuration.value(Settings.sharedSecret)
/// let workers = configuration.value(Settings.workers)
/// try configuration.finish()
/// ```
///
/// Read all values first and act on none before ``finish()`` has returned: until then a value may be the default in
/// place of a malformed one.
public struct Configuration: Sendable {
    private let sections: [ConfigSections]
    private var sources: ConfigSources
    /// The options that can be set, in declaration order.
    public private(set) var options: [any DeclaredOption] = []
    private let ownGroups: Set<String>
    private var mistakes: [ConfigMistake]

    /// - Parameters:
    ///   - sections: the sources; later ones take precedence.
    ///   - options: options that others may refer to, and the known names of `ownGroups`.
    ///   - ownGroups: groups in which every option must be known. In all others, unknown options belong to somebody
    ///     else and are ignored.
    ///   - mistakes: what was found when the sources were read.
    public init(
        _ sections: [ConfigSections], options: [any DeclaredOption] = [], ownGroups: Set<String> = [],
        mistakes: [ConfigMistake] = []
    ) {
        self.sections = sections
        self.sources = ConfigSources(sections)
        self.ownGroups = ownGroups
        self.mistakes = mistakes
        for option in options {
            declare(option)
        }
    }

    /// The option's value, or its default when it is not set or malformed; in the latter case ``finish()`` will throw.
    public mutating func value<Value>(_ option: ConfigOption<Value>) -> Value {
        declare(option)
        let entries = sources.entries(for: option)
        guard let last = entries.last else { return defaultValue(of: option) }
        let texts = entries.compactMap { substitute($0.value, of: option, at: $0) }
        guard texts.count == entries.count else { return option.defaultValue }
        guard let value = option.type.parse(texts) else {
            mistake(at: last, expected: option.type.expectation, isSecret: option.isSecret)
            return option.defaultValue
        }
        return value
    }

    /// Where the option's value is written, under the spelling used there; nil when it has its default.
    public func entry(of option: some DeclaredOption) -> ConfigEntry? {
        sources.entries(for: option).last
    }

    /// Records that a value, though well formed, cannot be used.
    /// - Parameter expectation: what the value should have been, such as `a file that can be read`.
    public mutating func reject(_ option: some DeclaredOption, expected expectation: String) {
        if let entry = entry(of: option) {
            mistake(at: entry, expected: expectation, isSecret: option.isSecret)
        } else {
            record(ConfigMistake(at: nil, "\(option.name): expected \(expectation), and it is not set"))
        }
    }

    /// Ends the reading.
    /// - Throws: ``ConfigError`` with all mistakes: broken lines, malformed values, references to nothing, unknown
    ///   names in groups of our own.
    public func finish() throws(ConfigError) {
        let all = mistakes + unknownNames()
        guard all.isEmpty else { throw ConfigError(inWrittenOrder(all)) }
    }
}

extension Configuration {
    private mutating func declare(_ option: some DeclaredOption) {
        sources.declare(option)
        guard !options.contains(where: { $0.name == option.name }) else { return }
        options.append(option)
    }

    private mutating func defaultValue<Value>(of option: ConfigOption<Value>) -> Value {
        guard option.defaultText.contains("$") else { return option.defaultValue }
        let text = substitute(option.defaultText, of: option, at: nil)
        return text.flatMap { option.type.parse([$0]) } ?? option.defaultValue
    }

    private mutating func substitute(
        _ text: String, of option: some DeclaredOption, at entry: ConfigEntry?
    ) -> String? {
        do throws(ReferenceFailure) {
            return try sources.substitute(text, of: option.name)
        } catch {
            let message = error.message(isSecret: option.isSecret)
            record(ConfigMistake(at: entry?.location, "\(entry?.option ?? option.name): \(message)"))
            return nil
        }
    }

    private mutating func mistake(at entry: ConfigEntry, expected: String, isSecret: Bool) {
        let found = isSecret ? "***" : "“\(entry.value)”"
        record(ConfigMistake(at: entry.location, "\(entry.option): expected \(expected), found \(found)"))
    }

    /// An option may be read more than once.
    private mutating func record(_ mistake: ConfigMistake) {
        if !mistakes.contains(mistake) {
            mistakes.append(mistake)
        }
    }

    private func unknownNames() -> [ConfigMistake] {
        let known = Set(options.flatMap { [$0.name] + $0.aliases })
        let unknown = sections.flatMap(\.entries).filter {
            ownGroups.contains($0.option.group) && !known.contains($0.option)
        }
        return unknown.map { entry in
            let names = known.filter { $0.group == entry.option.group }.map(\.name)
            let hint = nearestName(to: entry.option.name, among: names).map { "; did you mean “\($0)”?" } ?? ""
            return ConfigMistake(at: entry.location, "\(entry.option): there is no such option\(hint)")
        }
    }

    private func inWrittenOrder(_ mistakes: [ConfigMistake]) -> [ConfigMistake] {
        let places = mistakes.enumerated().map { offset, mistake in
            let source = sections.firstIndex { $0.source == mistake.location?.file } ?? sections.count
            return (place: (source, mistake.location?.line ?? 0, offset), mistake: mistake)
        }
        return places.sorted { $0.place < $1.place }.map(\.mistake)
    }
}

extension ReferenceFailure {
    /// A secret's text is not quoted: what looks like a reference is part of the secret.
    fileprivate func message(isSecret: Bool) -> String {
        switch self {
        case .unknown(let name):
            let reference = isSecret ? "an option" : "“\(name)”,"
            return "refers to \(reference) which is not set and not known; write $$ for a dollar sign"
        case .circular(let name):
            return isSecret ? "refers to itself" : "refers to itself by way of “\(name)”"
        }
    }
}
