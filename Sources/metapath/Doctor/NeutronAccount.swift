import Doctor
import OsloConfig

/// The way to Neutron that some files tell of.
struct NeutronAccount {
    var settings: NeutronSettings
    /// By name.
    var files: [String]

    /// Nil where they have no `[neutron] auth_type`.
    init?(_ files: [ConfigSections]) {
        var configuration = Configuration(files, options: Options.all)
        guard let settings = NeutronSettings(&configuration) else { return nil }
        self.settings = settings
        self.files = files.map(\.source)
    }
}
