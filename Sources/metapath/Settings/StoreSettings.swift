import OsloConfig

/// Where the instances are and what it takes to read them.
struct StoreSettings {
    var location: StoreLocation
    /// Nil unless they are in Nova's databases, and where the databases are not given as they must be.
    var nova: NovaSettings?

    init(_ options: StoreOptions, _ configuration: inout Configuration) throws {
        location = try options.location(&configuration)
        nova = location == .nova ? NovaSettings(&configuration) : nil
    }
}
