/// Which databases there are, and how many connections may be made to each.
public struct NovaDatabaseSettings: Sendable {
    /// `[api_database] connection`. Nil with `[api] local_metadata_per_cell`: then only `main` is asked.
    public var api: DatabaseURL?
    /// `[database] connection`.
    public var main: DatabaseURL
    /// The same as it is configured, which the URLs of cells may refer to. Holds a password.
    var mainText: String
    /// To each database, at most: `[database] max_pool_size`.
    public var connections: Int

    public init(api: DatabaseURL?, main: DatabaseURL, mainText: String, connections: Int) {
        self.api = api
        self.main = main
        self.mainText = mainText
        self.connections = connections
    }
}

extension NovaDatabaseSettings: CustomStringConvertible, CustomReflectable {
    public var description: String { api.map { "\($0), \(main)" } ?? "\(main)" }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
