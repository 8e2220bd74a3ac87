/// What the client library or the server said, with where it was said.
struct DatabaseError: Error, CustomStringConvertible {
    /// MariaDB's error number; from 2000 on the client's own.
    var code: UInt32
    var message: String
    /// ``DatabaseURL/description``.
    var place: String

    /// The connection is of no use any more, or there was none: the server may be gone.
    var concernsConnection: Bool {
        switch code {
        // Everything of the client library; too many connections; shutting down; killed.
        case 2000..<3000, 1040, 1053, 1077, 1079, 1152...1161, 1927, 4031: true
        // Access denied, or no such database: asking again at once would be as vain.
        case 1044, 1045, 1049, 1129, 1130, 1203, 1226, 1698: true
        default: false
        }
    }

    /// The server has no room for another connection.
    var isLimit: Bool { [1040, 1203, 1226].contains(code) }

    /// The account may not do this: INSERT or UPDATE is not granted, or the server is read-only.
    var isRefusedWrite: Bool {
        [1044, 1142, 1143, 1227, 1290, 1792, 1836].contains(code)
    }

    /// Another transaction was in the way.
    var isConflict: Bool { [1205, 1213].contains(code) }

    var description: String { "database \(place): \(message) (error \(code))" }
}
