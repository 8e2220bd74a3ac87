import GRDB
import InstanceModel

/// Removes an instance and remembers that it was there.
enum InstanceDeletion {
    /// False when there was none.
    static func delete(_ id: InstanceID, in db: Database) throws -> Bool {
        guard let row = try InstanceRow.fetch(db, id) else { return false }
        var history = try History.fetch(db)
        history.revision += 1
        try forgetPlaces(of: row.number, in: db)
        try db.execute(sql: "DELETE FROM instances WHERE number = ?", arguments: [row.number])
        try db.execute(
            sql: "INSERT OR REPLACE INTO deletions (instance, number, revision) VALUES (?, ?, ?)",
            arguments: [id.blob, row.number, history.revision])
        try history.write(db)
        return true
    }

    /// Removes what an instance is found by.
    static func forgetPlaces(of number: Int64, in db: Database) throws {
        for table in ["addresses", "attachments"] {
            let statement = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE instance = ?")
            try statement.execute(arguments: [number])
        }
    }
}
