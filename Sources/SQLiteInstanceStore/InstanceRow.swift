import Foundation
import GRDB
import InstanceModel

/// An instance as its row holds it. Password and user data have columns of their own: the one changes apart from the
/// rest, the other would swell as JSON.
struct InstanceRow: Equatable {
    var number: Int64
    var name: String?
    var password: String
    var userData: Data?
    var body: Data

    static let columns = "number, name, password, user_data, body"

    /// - Parameter instance: Its number must be one that the store can hold.
    init(_ instance: Instance) throws {
        number = Int64(truncatingIfNeeded: instance.ec2Number)
        name = instance.name
        password = instance.password
        userData = instance.userData.map { Data($0) }
        var rest = instance
        rest.password = ""
        rest.userData = nil
        body = try Body.encode(rest)
    }

    init(_ row: Row) {
        number = row[0]
        name = row[1]
        password = row[2]
        userData = row[3]
        body = row[4]
    }

    static func fetch(_ db: Database, _ id: InstanceID) throws -> InstanceRow? {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM instances WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.blob]).map(InstanceRow.init)
    }

    var instance: Instance {
        get throws {
            var instance = try Body.decode(Instance.self, from: body)
            instance.ec2Number = UInt64(number)
            instance.password = password
            instance.userData = userData.map(Array.init)
            return instance
        }
    }

    func write(_ db: Database, id: InstanceID, revision: Int64) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO instances (number, id, name, revision, password, user_data, body) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET name = excluded.name, revision = excluded.revision,
                    password = excluded.password, user_data = excluded.user_data, body = excluded.body
                """)
        try statement.execute(arguments: [number, id.blob, name, revision, password, userData, body])
    }
}
