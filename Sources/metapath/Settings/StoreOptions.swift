import ArgumentParser
import InstanceStore
import OsloConfig
import SQLiteInstanceStore

/// `--store` and `--config-file`, common to all commands that read or change instances.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "Where the instances are: \(StoreLocation.expectation).",
            discussion: """
                Default: [metapath] store, else Nova's databases where a file names one ([api_database] connection), else \
                sqlite:\(StoreLocation.defaultPath).
                """, valueName: "store"))
    var store: String?

    @OptionGroup var config: ConfigOptions

    /// Opens the store that the options and the configuration name, for editing.
    func open() throws -> any InstanceCatalogue {
        var configuration = try config.load()
        let location = try location(&configuration)
        try configuration.finish()
        return try Self.open(location)
    }

    func location(_ configuration: inout Configuration) throws -> StoreLocation {
        if let store {
            guard let location = StoreLocation(store) else {
                throw CommandError("store “\(store)”: expected \(StoreLocation.expectation).")
            }
            return location
        }
        let text = configuration.value(Options.store)
        guard !text.isEmpty else { return StoreLocation(defaultFor: &configuration) }
        if let location = StoreLocation(text) { return location }
        configuration.reject(Options.store, expected: StoreLocation.expectation)
        return .sqlite(path: StoreLocation.defaultPath)
    }

    /// - Throws: ``CommandError`` for Nova's databases, which only Nova edits.
    static func open(_ location: StoreLocation) throws -> any InstanceCatalogue {
        switch location {
        case .sqlite(let path): return try SQLiteInstanceStore(path: path)
        case .neutron:
            throw CommandError(
                "Neutron keeps ports, not instances: expected --store sqlite:PATH, or for `proxy` an --upstream as well."
            )
        case .nova:
            throw CommandError(
                """
                The instances are in Nova's databases, which are edited through Nova. \
                To work with a store of Metapath's own, name it: --store sqlite:PATH.
                """)
        }
    }
}
