import NovaDatabase
import OsloConfig

/// What `--store nova` needs to know.
struct NovaSettings {
    var database: NovaDatabaseSettings
    /// How long an instance that was read is served.
    var lifetime: Duration

    /// Nil, with the mistakes recorded, where the databases are not given as they must be.
    init?(_ configuration: inout Configuration) {
        lifetime = .seconds(configuration.value(Options.cacheExpiration))
        let main = Self.database(Options.mainDatabase, &configuration)
        let isPerCell = configuration.value(Options.perCell)
        let api = isPerCell ? nil : Self.database(Options.apiDatabase, &configuration)
        // 0 is SQLAlchemy's word for no limit; a thread for each connection needs one.
        let size = configuration.value(Options.databasePoolSize)
        guard let main, isPerCell || api != nil else { return nil }
        database = NovaDatabaseSettings(
            api: api, main: main, mainText: configuration.value(Options.mainDatabase),
            connections: size == 0 ? Options.databasePoolSize.defaultValue : size)
    }

    private static func database(
        _ option: ConfigOption<String>, _ configuration: inout Configuration
    ) -> DatabaseURL? {
        let text = configuration.value(option)
        guard !text.isEmpty else {
            configuration.reject(option, expected: "the URL of Nova's database, \(DatabaseURL.expectation)")
            return nil
        }
        do {
            return try DatabaseURL(text)
        } catch {
            configuration.reject(option, expected: "\(DatabaseURL.expectation), not \(error)")
            return nil
        }
    }
}
