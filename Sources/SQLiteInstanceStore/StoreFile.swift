import Foundation
import GRDB
import InstanceStore

/// Opens the database file: makes it on first use and refuses what is not a store of this format.
struct StoreFile {
    let path: String

    /// `PRAGMA application_id`, “MPth”: tells our files from any other SQLite database.
    private static let applicationID = 0x4D50_7468
    /// `PRAGMA user_version`. Raised when an older program could no longer read the file.
    private static let format = 1

    private enum State { case empty, current, newer(Int), foreign }

    /// The connections to the store.
    func connect() throws -> DatabasePool {
        try createFile()
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        if case .empty = try queue.read(accept) {
            try queue.write { db in
                // Another process may have been first.
                if case .empty = try accept(db) { try create(db) }
            }
        }
        try queue.close()
        let pool = try DatabasePool(path: path, configuration: configuration)
        // A password is acknowledged to the guest once; NORMAL could lose it when the power fails.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return pool
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        // Long enough to wait for another process to import a hundred thousand instances.
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { db in
            // Kibibytes: an import then seldom spills unfinished pages.
            try db.execute(sql: "PRAGMA cache_size = -65536")
        }
        return configuration
    }

    /// The file and its directories, readable by their owner only: user data and passwords are secrets. SQLite gives
    /// the files beside it the same permissions.
    private func createFile() throws {
        let directory = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Opened only if it is made here: closing a database's descriptor would drop SQLite's locks on it.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    private func accept(_ db: Database) throws -> State {
        let state = try state(of: db)
        switch state {
        case .empty, .current: return state
        case .newer(let format):
            throw StoreError(
                .refused,
                "\(path): expected a store of format \(Self.format), found format \(format); "
                    + "use the program version that wrote it")
        case .foreign:
            throw StoreError(
                .refused,
                "\(path): expected an instance store, found another SQLite database; give the store a file of its own")
        }
    }

    private func state(of db: Database) throws -> State {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if application == Self.applicationID { return format > Self.format ? .newer(format) : .current }
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        return application == 0 && format == 0 && tables == 0 ? .empty : .foreign
    }

    private func create(_ db: Database) throws {
        try db.execute(sql: Schema.sql)
        try db.execute(sql: "PRAGMA application_id = \(Self.applicationID); PRAGMA user_version = \(Self.format)")
    }
}
