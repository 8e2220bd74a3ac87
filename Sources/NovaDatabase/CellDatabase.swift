import InstanceModel
import InstanceStore

/// One cell's database.
struct CellDatabase: Sendable {
    let pool: ConnectionPool
    private let numbers: EC2Numbers
    private let report: @Sendable (String) -> Void

    init(_ url: DatabaseURL, connections: Int, report: @escaping @Sendable (String) -> Void) {
        pool = ConnectionPool(url, size: connections)
        numbers = EC2Numbers(report: report)
        self.report = report
    }

    func instance(_ id: InstanceID) async throws -> Instance? {
        let (numbers, report) = (numbers, report)
        return try await pool.run { (connection) throws(DatabaseError) in
            try InstanceReader(connection: connection, numbers: numbers, report: report).instance(id)
        }
    }

    func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome {
        try await pool.run(isRepeatable: false) { (connection) throws(DatabaseError) in
            try PasswordWriter(connection: connection).write(password, of: id)
        }
    }
}
