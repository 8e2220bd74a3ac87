import ArgumentParser
import InstanceStore
import OsloConfig
import SQLiteInstanceStore

/// `--store` and `--config-file`, common to all commands that read or change instances.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "Where the instances are: sqlite:PATH.",
            discussion: "Default: [metapath] store, else \(Options.store.defaultValue).", valueName: "store"))
    var store: String?

    @OptionGroup var config: ConfigOptions

    /// Opens the store that the options and the configuration name.
    func open() throws -> any InstanceCatalogue {
        var configuration = try config.load()
        let location = location(&configuration)
        try configuration.finish()
        return try Self.open(location)
    }

    func location(_ configuration: inout Configuration) -> String {
        store ?? configuration.value(Options.store)
    }

    static func open(_ location: String) throws -> any InstanceCatalogue {
        let parts = location.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "sqlite", !parts[1].isEmpty else {
            throw CommandError("store “\(location)”: expected sqlite:PATH, such as \(Options.store.defaultValue).")
        }
        return try SQLiteInstanceStore(path: String(parts[1]))
    }
}
