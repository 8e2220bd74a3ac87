import OsloConfig

/// Where the instances are and what it takes to read them.
struct StoreSettings {
    var location: StoreLocation
    /// Nil unless they are in Nova's databases, and where the databases are not given as they must be.
    var nova: NovaSettings?
    /// Who knows ports, and security groups; nil for a store of our own, which knows both, and where no account is
    /// configured.
    var neutron: NeutronSettings?

    init(_ options: StoreOptions, _ configuration: inout Configuration) throws {
        location = try options.location(&configuration)
        nova = location == .nova ? NovaSettings(&configuration) : nil
        if case .sqlite = location { return }
        neutron = NeutronSettings(&configuration)
        if location == .neutron, neutron == nil {
            configuration.reject(
                ConfigOption<String?>("neutron", "auth_type", .string),
                expected: "an account for Neutron, password or v3applicationcredential")
        }
    }
}
