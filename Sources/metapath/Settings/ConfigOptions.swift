import ArgumentParser
import Foundation
import OsloConfig

/// `--config-file`, common to all commands that need the secret or the store.
struct ConfigOptions: ParsableArguments {
    /// Read when none is named, those of them that exist.
    static let defaultFiles = ["/etc/nova/nova.conf", "/etc/metapath/metapath.conf"]

    @Option(
        name: .customLong("config-file"),
        help: ArgumentHelp(
            "Configuration file, such as nova.conf; repeatable, later files win.",
            discussion: "Default: \(defaultFiles.joined(separator: " and ")), where they exist.",
            valueName: "file"))
    var files: [String] = []

    /// The files' contents, not yet checked.
    func load() throws -> Configuration {
        let paths = files.isEmpty ? Self.defaultFiles.filter(FileManager.default.isReadableFile) : files
        var sources: [ConfigSections] = []
        var mistakes: [ConfigMistake] = []
        for path in paths {
            let (sections, found) = ConfigText.parse(try Self.read(path), file: path)
            sources.append(sections)
            mistakes += found
        }
        return Configuration(sources, options: Options.all, ownGroups: ["metapath"], mistakes: mistakes)
    }

    private static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): expected a readable configuration file; check the name and its permissions.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("\(path): expected UTF-8 text.")
        }
        return text
    }
}

/// A failure to be told to the person at the terminal; exit status 1.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
