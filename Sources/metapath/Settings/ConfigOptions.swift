import ArgumentParser
import Foundation
import OsloConfig

/// `--config-file` and `--config-dir`, common to all commands that need the secret or the store.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: [.customLong("config-file"), .customLong("config-dir")],
        help: ArgumentHelp(
            "Configuration file, such as nova.conf, or a directory of *.conf files; repeatable, later ones win.",
            discussion: """
                Default, where they exist: nova.conf, nova.conf.d and nova-api-metadata.conf.d in /etc/nova (or in \
                $OS_NOVA_CONFIG_DIR, and the files of $OS_NOVA_CONFIG_FILES), then /etc/metapath/metapath.conf.
                """, valueName: "path"))
    var paths: [String] = []

    init() {}

    /// As if these had been named.
    init(reading paths: [String]) throws {
        self = try Self.parse(paths.flatMap { ["--config-file", $0] })
    }

    /// The files as they stand, those that cannot be read left out.
    var sections: [ConfigSections] {
        let files = (try? Self.files(paths.isEmpty ? Self.defaultPaths : paths)) ?? []
        return files.compactMap { path in (try? Self.read(path)).map { ConfigText.parse($0, file: path).sections } }
    }

    /// The files' contents, not yet checked.
    func load() throws -> Configuration {
        var sources: [ConfigSections] = []
        var mistakes: [ConfigMistake] = []
        for path in try Self.files(paths.isEmpty ? Self.defaultPaths : paths) {
            let (sections, found) = ConfigText.parse(try Self.read(path), file: path)
            sources.append(sections)
            mistakes += found
        }
        return Configuration(sources, options: Options.all, ownGroups: ["metapath"], mistakes: mistakes)
    }

    private static var defaultPaths: [String] {
        let environment = ProcessInfo.processInfo.environment
        return novasPaths { environment[$0] } + [ownFile].filter(FileManager.default.isReadableFile)
    }

    private static let ownFile = "/etc/metapath/metapath.conf"

    /// What Nova's own service reads (contract nova.md §1.1), as far as it is there, without the file that is not
    /// oslo.config's.
    /// - Parameter variable: of the environment of the service.
    static func novasPaths(_ variable: (String) -> String?) -> [String] {
        let directory = variable("OS_NOVA_CONFIG_DIR") ?? "/etc/nova"
        let files = (variable("OS_NOVA_CONFIG_FILES") ?? "nova.conf").split(separator: ";").map(String.init)
        let names = files.filter { !$0.hasSuffix("api-paste.ini") } + ["nova.conf.d", "nova-api-metadata.conf.d"]
        return names.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }.filter(FileManager.default.isReadableFile)
    }

    /// A directory stands for its `*.conf` files in the order of their names.
    private static func files(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path in
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
                return [path]
            }
            do {
                let names = try FileManager.default.contentsOfDirectory(atPath: path)
                return names.filter { $0.hasSuffix(".conf") }.sorted().map { "\(path)/\($0)" }
            } catch {
                throw CommandError("\(path): expected a readable directory of configuration files: \(error)")
            }
        }
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
