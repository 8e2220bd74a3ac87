import InstanceModel

extension Written {
    /// YAML in block style, two spaces a level, a newline at the end. Text is quoted wherever a reader of YAML 1.1 or
    /// 1.2 would take it for something else.
    var yaml: String {
        var text = ""
        writeYAML(to: &text, indent: "")
        return text
    }

    /// Writes the lines of a list or mapping, each led by `indent`; the first one's is already there when `isInline`.
    private func writeYAML(to text: inout String, indent: String, isInline: Bool = false) {
        switch self {
        case .list(let items):
            for (index, item) in items.enumerated() {
                text += (isInline && index == 0 ? "" : indent) + "-"
                item.writeYAMLItem(to: &text, indent: indent + "  ")
            }
        case .fields(let fields):
            for (index, field) in fields.enumerated() {
                text += (isInline && index == 0 ? "" : indent) + field.name.yamlKey + ":"
                field.value.writeYAMLField(to: &text, indent: indent)
            }
        case .text, .bare:
            text += yamlScalar(indent: indent) + "\n"
        }
    }

    /// After the `-` of a list: a mapping starts on the same line.
    private func writeYAMLItem(to text: inout String, indent: String) {
        if case .fields(let fields) = self, !fields.isEmpty {
            text += " "
            writeYAML(to: &text, indent: indent, isInline: true)
        } else {
            writeYAMLField(to: &text, indent: indent)
        }
    }

    /// After the `:` of a field.
    private func writeYAMLField(to text: inout String, indent: String) {
        switch self {
        case .list(let items) where items.isEmpty: text += " []\n"
        case .fields(let fields) where fields.isEmpty: text += " {}\n"
        case .list, .fields:
            text += "\n"
            writeYAML(to: &text, indent: indent + "  ")
        case .text, .bare: text += " " + yamlScalar(indent: indent + "  ") + "\n"
        }
    }

    private func yamlScalar(indent: String) -> String {
        switch self {
        case .bare(let value): value
        case .text(let value): value.isPlainYAML ? value : value.literalYAML(indent: indent) ?? value.doubleQuoted
        case .list, .fields: ""
        }
    }
}

extension String {
    fileprivate var yamlKey: String {
        isPlainYAML && !utf8.contains(UInt8(ascii: ":")) ? self : doubleQuoted
    }

    /// Words that some version of YAML takes for a boolean or null.
    private static let reservedWords: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

    /// Needs no quotes: begins with a letter or is an address or id, and has no sign that YAML gives a meaning.
    fileprivate var isPlainYAML: Bool {
        guard let first = utf8.first, let last = utf8.last, utf8.allSatisfy(\.isPlainYAML) else { return false }
        if contains(": ") || last == UInt8(ascii: ":") || last == UInt8(ascii: " ") { return false }
        if first.isLetter || first == UInt8(ascii: "/") { return !Self.reservedWords.contains(lowercased()) }
        return IPAddress(self)?.family == .v4 || CIDR(self)?.address.family == .v4 || InstanceID(self) != nil
    }

    /// A block of lines, for text that has several and none that a block would change.
    fileprivate func literalYAML(indent: String) -> String? {
        guard let first = unicodeScalars.first, !["\n", " ", "\t"].contains(first), contains("\n"),
            unicodeScalars.allSatisfy({ $0.isLiteral || $0 == "\n" || $0 == "\t" })
        else { return nil }
        var lines = split(separator: "\n", omittingEmptySubsequences: false)
        let header = !hasSuffix("\n") ? "|-" : hasSuffix("\n\n") ? "|+" : "|"
        if hasSuffix("\n") { lines.removeLast() }
        return ([header] + lines.map { $0.isEmpty ? "" : indent + $0 }).joined(separator: "\n")
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

    /// Means nothing to YAML inside an unquoted text.
    fileprivate var isPlainYAML: Bool {
        isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || " _-./:@+=".utf8.contains(self)
    }
}
