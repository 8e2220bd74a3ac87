import OsloConfig

/// Text for a shell.
public enum ShellText {
    /// One word, in quotes where it needs them.
    public static func word(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-_./:=@%+,".unicodeScalars.contains(scalar))
        }
        return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    public static func words(_ words: [String]) -> String { words.map(word).joined(separator: " ") }

    /// One after the other, as long as each succeeds; one that runs on in the background does.
    public static func sequence(_ commands: [String]) -> String {
        var text = commands.first ?? ""
        for command in commands.dropFirst() {
            // A comment would swallow what follows.
            let said = text.firstRange(of: "   # ").map { String(text[..<$0.lowerBound]) } ?? text
            text = said + (said.hasSuffix("&") ? " " : " && ") + command
        }
        return text
    }

    /// What stands for the value at a place of a configuration file, which nobody sees.
    static func value(at place: ConfigLocation) -> String {
        #"$(sed -n '\#(place.line ?? 0)s/^[^=:]*[=:][ \t]*//p' \#(word(place.file)))"#
    }

    /// Sets an option of a configuration file, at its end, where it wins.
    /// - Parameters:
    ///   - value: as it stands in double quotes.
    ///   - old: a line of the same file that goes.
    static func set(_ option: OptionName, to value: String, in file: String, insteadOf old: ConfigLocation? = nil)
        -> String
    {
        let removal = old.flatMap(\.line).map { "sed -i '\($0)d' \(word(file)) && " } ?? ""
        return #"value="\#(value)" && \#(removal)"#
            + #"printf '\n[\#(option.group)]\n\#(option.name) = %s\n' "$value" >> \#(word(file))"#
    }
}
