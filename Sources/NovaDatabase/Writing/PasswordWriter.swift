import InstanceModel
import InstanceStore

/// Stores a guest's password where Nova keeps it (contract nova.md §7), unless there is one: two that come together
/// cannot both succeed.
struct PasswordWriter {
    let connection: DatabaseConnection

    func write(_ password: String, of id: InstanceID) throws(DatabaseError) -> PasswordOutcome {
        // The instance's row is locked first, so that writers of one password follow each other.
        let results = try connection.query(
            """
            START TRANSACTION;
            SELECT id FROM instances WHERE uuid = '\(id)' AND deleted = 0 FOR UPDATE;
            SELECT `key`, `value`, id FROM instance_system_metadata WHERE instance_uuid = '\(id)' \
            AND `key` LIKE 'password\\_%' ORDER BY id
            """)
        do {
            let outcome = try change(results, password, id)
            _ = try connection.query(outcome == .stored ? "COMMIT" : "ROLLBACK")
            return outcome
        } catch {
            _ = try? connection.query("ROLLBACK")
            throw error
        }
    }

    private func change(
        _ results: [[DatabaseRow]], _ password: String, _ id: InstanceID
    ) throws(DatabaseError) -> PasswordOutcome {
        guard results.count == 3, !results[1].isEmpty else { return .noSuchInstance }
        let rows = results[2]
        // A password that cannot be read is one all the same.
        guard (try? PasswordRows(rows).password()) == "" else { return .conflict }
        let statements = PasswordRows.split(password).map { piece in
            let known = rows.compactMap { $0.text(0) == piece.key ? $0.text(2) : nil }
            return statement(piece.key, piece.value, id, replacing: known)
        }
        let touch = "UPDATE instances SET updated_at = UTC_TIMESTAMP() WHERE uuid = '\(id)' AND deleted = 0"
        _ = try connection.query((statements + [touch]).joined(separator: ";"))
        return .stored
    }

    private func statement(_ key: String, _ value: String, _ id: InstanceID, replacing rows: [String]) -> String {
        let value = connection.quoted(value)
        guard rows.isEmpty else {
            return """
                UPDATE instance_system_metadata SET `value` = \(value), updated_at = UTC_TIMESTAMP() \
                WHERE id IN (\(rows.joined(separator: ", ")))
                """
        }
        return """
            INSERT INTO instance_system_metadata (created_at, `key`, `value`, instance_uuid, deleted) \
            VALUES (UTC_TIMESTAMP(), '\(key)', \(value), '\(id)', 0)
            """
    }
}
