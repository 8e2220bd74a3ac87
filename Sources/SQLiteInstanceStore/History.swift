import GRDB

/// The store's position in its history.
struct History {
    var revision: Int64
    /// Of the last change to a network or router.
    var topologyRevision: Int64

    static func fetch(_ db: Database) throws -> History {
        let statement = try db.cachedStatement(sql: "SELECT revision, topology_revision FROM history")
        let row = try Row.fetchOne(statement)
        return History(revision: row?[0] ?? 0, topologyRevision: row?[1] ?? 0)
    }

    func write(_ db: Database) throws {
        let statement = try db.cachedStatement(sql: "UPDATE history SET revision = ?, topology_revision = ?")
        try statement.execute(arguments: [revision, topologyRevision])
    }
}
