/// Where a database is and who we are to it: SQLAlchemy's URL form, as `[database] connection` and
/// `cell_mappings.database_connection` hold it.
///
/// `mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE`; user, password and database percent-encoded.
public struct DatabaseURL: Sendable, Hashable {
    public var user: String
    public var password: String
    public var host: String
    public var port: Int
    public var database: String
    /// Instead of host and port; nil for TCP.
    public var socket: String?
    public var security: Security?
    /// Seconds until an attempt to connect is given up.
    public var connectTimeout: Int
    /// Seconds without an octet from the server until an answer is given up.
    public var readTimeout: Int

    /// TLS towards the server: PyMySQL's `ssl_…` options.
    public struct Security: Sendable, Hashable {
        public var caFile: String?
        public var certificateFile: String?
        public var keyFile: String?
        /// Whether the server's certificate and name are checked. So unless said otherwise, where there is a CA file.
        public var verifies: Bool
    }

    /// Why a text is no URL of a database that we can read. Never holds the text, which has a password in it.
    public struct Unusable: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    /// What a configuration error says was expected.
    public static let expectation = "mysql+pymysql://USER:PASSWORD@HOST/DATABASE"

    private static let defaultPort = 3306
    /// Half of what a guest's first request waits for, so that it can be told to come again.
    private static let defaultTimeout = 5

    public init(_ text: String) throws(Unusable) {
        let parts = try SQLAlchemyURL(text)
        guard parts.dialect == "mysql" || parts.dialect == "mariadb" else {
            throw Unusable(
                description: "a database of kind “\(parts.dialect)”; only MySQL and MariaDB can be read, by their URLs")
        }
        let options = parts.options
        user = parts.user ?? ""
        password = parts.password ?? ""
        host = parts.host ?? "localhost"
        database = parts.database
        guard !database.isEmpty else { throw Unusable(description: "a URL without a database's name") }
        socket = options["unix_socket"]
        port = try Self.number(parts.port, name: "port", 1...65535) ?? Self.defaultPort
        connectTimeout =
            try Self.number(options["connect_timeout"], name: "connect_timeout", 1...3600) ?? Self.defaultTimeout
        readTimeout = try Self.number(options["read_timeout"], name: "read_timeout", 1...3600) ?? Self.defaultTimeout
        security = Self.security(options)
    }

    private static func number(_ text: String?, name: String, _ range: ClosedRange<Int>) throws(Unusable) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Unusable(description: "a URL whose \(name) is not a number from \(range.lowerBound)")
        }
        return number
    }

    private static func security(_ options: [String: String]) -> Security? {
        let caFile = options["ssl_ca"]
        let asked = ["ssl_ca", "ssl_cert", "ssl_key", "ssl_verify_cert", "ssl_verify_identity", "ssl"]
        guard asked.contains(where: { options[$0] != nil }), !isTrue(options["ssl_disabled"]) else { return nil }
        let verifies = options["ssl_verify_cert"] ?? options["ssl_verify_identity"]
        return Security(
            caFile: caFile, certificateFile: options["ssl_cert"], keyFile: options["ssl_key"],
            verifies: verifies.map { isTrue($0) } ?? (caFile != nil))
    }

    private static func isTrue(_ text: String?) -> Bool {
        ["true", "1", "yes", "on"].contains(text?.lowercased())
    }
}

extension DatabaseURL: CustomStringConvertible, CustomReflectable {
    /// The database and where it is; never the password.
    public var description: String { "\(database) at \(socket ?? "\(host):\(port)")" }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
