import OsloConfig

/// The shared secret and the place it was read from, for the commands that sign.
struct SharedSecret {
    let value: String
    let file: String
    let line: Int
    /// As it is spelt there, `[group] name`.
    let option: String

    /// - Throws: ``CommandError`` when no file sets it.
    init(_ configuration: inout Configuration) throws {
        self.value = configuration.value(Options.sharedSecret)
        guard let entry = configuration.entry(of: Options.sharedSecret) else {
            throw CommandError(
                """
                No shared secret: expected [neutron] metadata_proxy_shared_secret in a configuration file. \
                Name the file that Nova's metadata service reads with --config-file.
                """)
        }
        self.file = entry.location.file
        self.line = entry.location.line ?? 0
        self.option = "\(entry.option)"
    }
}
