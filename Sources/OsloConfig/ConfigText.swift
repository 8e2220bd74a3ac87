/// The text form of OpenStack's configuration files, as oslo.config reads it.
///
/// - `[group]` begins a group; a group may be begun again.
/// - `name = value` or `name: value`, split at whichever sign comes first, white space around both parts dropped. A
///   value that begins and ends with the same quote loses both.
/// - A line that begins with a space or a tab continues the value above it; the parts are joined with a line feed. An
///   empty line or a comment ends the value.
/// - `#` or `;` begins a comment only as the first character of a line.
public enum ConfigText {
    /// Reads `text`, keeping on after a mistake so that all of them are found.
    /// - Parameter file: what messages call the source.
    /// - Returns: the assignments that could be read, and the lines that could not. Messages do not quote lines, since
    ///   a broken line may hold a secret.
    public static func parse(
        _ text: String, file: String
    ) -> (sections: ConfigSections, mistakes: [ConfigMistake]) {
        var parser = ConfigTextParser(file: file)
        for line in text.unicodeScalars.lines {
            parser.take(line)
        }
        parser.endValue()
        return (ConfigSections(source: file, entries: parser.entries), parser.mistakes)
    }
}

/// Takes lines, one at a time, and keeps what they mean.
private struct ConfigTextParser {
    private enum Position {
        case beforeFirstGroup
        case inGroup(String)
        /// After a group line that could not be read: its options belong to a group nobody knows.
        case inUnreadableGroup
    }

    let file: String
    var entries: [ConfigEntry] = []
    var mistakes: [ConfigMistake] = []
    private var position = Position.beforeFirstGroup
    private var lineNumber = 0
    private var value: ConfigEntry?
    /// The line above was a mistake; lines that continue it are not mistakes of their own.
    private var continuesMistake = false

    init(file: String) {
        self.file = file
    }

    mutating func take(_ line: Substring.UnicodeScalarView) {
        lineNumber += 1
        let line = line.trimmingTrailingSpace
        if let first = line.first, first == " " || first == "\t" {
            return takeContinuation(line.trimmingLeadingSpace)
        }
        endValue()
        switch line.first {
        case nil, "#", ";": break
        case "[": takeGroup(line)
        default: takeAssignment(line)
        }
    }

    /// Keeps the value read so far, if there is one.
    mutating func endValue() {
        continuesMistake = false
        guard let entry = value else { return }
        value = nil
        entries.append(entry)
    }

    private mutating func takeContinuation(_ line: Substring.UnicodeScalarView) {
        if value != nil {
            value?.value += "\n" + String(line)
        } else if !continuesMistake {
            mistake("an indented line continues the value above it, and there is none; remove the indentation")
        }
    }

    private mutating func takeGroup(_ line: Substring.UnicodeScalarView) {
        let name = line.dropFirst().dropLast()
        guard line.count > 2, line.last == "]" else {
            position = .inUnreadableGroup
            return mistake("expected “[group]”, a name between brackets with nothing after it")
        }
        position = .inGroup(String(name))
    }

    private mutating func takeAssignment(_ line: Substring.UnicodeScalarView) {
        guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            return mistake("expected “name = value”, “[group]” or a comment")
        }
        let name = String(line[..<sign].trimmingTrailingSpace)
        guard !name.isEmpty else {
            return mistake("expected an option's name before “\(line[sign])”")
        }
        let text = line[line.index(after: sign)...].trimmingLeadingSpace.withoutEnclosingQuotes
        switch position {
        case .beforeFirstGroup:
            mistake("“\(name)” is in no group; expected a line “[group]”, such as “[DEFAULT]”, before it")
        case .inUnreadableGroup:
            continuesMistake = true
        case .inGroup(let group):
            let location = ConfigLocation(file: file, line: lineNumber)
            value = ConfigEntry(option: OptionName(group, name), value: String(text), location: location)
        }
    }

    private mutating func mistake(_ message: String) {
        continuesMistake = true
        mistakes.append(ConfigMistake(at: ConfigLocation(file: file, line: lineNumber), message))
    }
}

extension String.UnicodeScalarView {
    /// Ended by LF, CR LF or CR; a last line without an end counts.
    fileprivate var lines: [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        var rest = self[...]
        while let end = rest.firstIndex(where: { $0 == "\n" || $0 == "\r" }) {
            lines.append(rest[..<end])
            let next = rest.index(after: end)
            let isPair = rest[end] == "\r" && rest[next...].first == "\n"
            rest = rest[(isPair ? rest.index(after: next) : next)...]
        }
        return rest.isEmpty ? lines : lines + [rest]
    }
}

extension Substring.UnicodeScalarView {
    fileprivate var trimmingLeadingSpace: Self {
        drop { $0.properties.isWhitespace }
    }

    fileprivate var trimmingTrailingSpace: Self {
        guard let last = lastIndex(where: { !$0.properties.isWhitespace }) else { return self[endIndex...] }
        return self[...last]
    }

    fileprivate var withoutEnclosingQuotes: Self {
        guard let first, first == "\"" || first == "'", last == first else { return self }
        return dropFirst().dropLast()
    }
}
