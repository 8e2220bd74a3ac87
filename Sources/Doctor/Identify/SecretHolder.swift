import Foundation
import OsloConfig

/// One side of the shared secret: who has it, and where it is written.
public struct SecretHolder: Sendable {
    /// What reads the files; each reads the secret under other names.
    public enum Reader: Sendable {
        case metapath
        /// `[DEFAULT] metadata_proxy_shared_secret` (contract neutron.md §4).
        case neutronAgent
        /// `[neutron] metadata_proxy_shared_secret` (contract nova.md §1.3).
        case nova

        /// Where it reads the secret.
        var option: OptionName {
            switch self {
            case .metapath, .nova: OptionName("neutron", "metadata_proxy_shared_secret")
            case .neutronAgent: OptionName("DEFAULT", "metadata_proxy_shared_secret")
            }
        }

        /// Every spelling that it reads.
        var names: [OptionName] {
            guard self == .metapath else { return [option] }
            return [
                option, OptionName("DEFAULT", "metadata_proxy_shared_secret"),
                OptionName("DEFAULT", "neutron_metadata_proxy_shared_secret"),
            ]
        }
    }

    public var reader: Reader
    /// Nil where it does not run on this host, or cannot be seen.
    public var process: ProcessFacts?
    /// Those that it reads, later ones winning.
    public var files: [ConfigSections]

    public init(_ reader: Reader, process: ProcessFacts?, files: [ConfigSections]) {
        self.reader = reader
        self.process = process
        self.files = files
    }

    /// For people.
    public var name: String {
        let reader =
            switch self.reader {
            case .metapath: "metapath"
            case .neutronAgent: "the metadata agent"
            case .nova: "Nova"
            }
        return process.map { "\(reader) (process \($0.pid))" } ?? reader
    }

    /// The assignment that counts.
    var entry: ConfigEntry? {
        for file in files.reversed() {
            for name in reader.names {
                if let entry = file.entries.last(where: { $0.option == name }) { return entry }
            }
        }
        return nil
    }

    /// Stands in for the metadata agent, whose files have the secret in `[DEFAULT]`.
    var isNamedAsByAgents: Bool {
        process?.arguments.dropFirst().first == "proxy" && entry?.option == Reader.neutronAgent.option
    }

    /// Assignments under names that it does not read.
    var misplaced: [ConfigEntry] {
        files.flatMap(\.entries).filter { entry in
            entry.option.name.contains("metadata_proxy_shared_secret") && !reader.names.contains(entry.option)
        }
    }

    var secret: SecretText { SecretText(entry?.value ?? "") }
}

/// A secret's text, which has no description.
struct SecretText: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    let value: String

    init(_ value: String) {
        self.value = value
    }

    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }

    /// What has become part of a secret that was not meant: nil where nothing looks like it.
    var padding: String? {
        if value != value.trimmingCharacters(in: .whitespacesAndNewlines) {
            return "white space at its beginning or end"
        }
        if value.contains(" #") || value.contains(" ;") { return "a comment, which is none behind a value" }
        if let first = value.first, first == "\"" || first == "'" { return "a quote that is not closed" }
        if let last = value.last, last == "\"" || last == "'" { return "a quote that was not opened" }
        return nil
    }

    /// What the author meant, as far as can be guessed.
    var core: String {
        let beforeComment = value.split(separator: /\ [#;]/, maxSplits: 1).first.map(String.init) ?? value
        return beforeComment.trimmingCharacters(in: CharacterSet(charactersIn: "\"'").union(.whitespacesAndNewlines))
    }
}
