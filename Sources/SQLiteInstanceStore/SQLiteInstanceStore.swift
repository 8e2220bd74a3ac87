import Foundation
import GRDB
import InstanceModel
import InstanceStore

/// Instances in one SQLite file: needs no set-up, and several processes may use it at once.
///
/// Writes go to the write-ahead log, so that readers never wait for them. Each change is one transaction: after a crash
/// at any moment all of it is there, or nothing.
public final class SQLiteInstanceStore: InstanceCatalogue {
    public let path: String
    private let pool: DatabasePool
    private let walIndex: WALIndex

    /// More changed instances than this are reported without their addresses, as `allAddresses`.
    private static let listedChanges = 5000

    /// Opens the store, and makes it, with its directories, if there is none.
    ///
    /// - Parameter path: The database file. SQLite keeps two more beside it, `-wal` and `-shm`.
    /// - Throws: `refused` for a file of something else or of a newer format, `unavailable` or `damaged` when it cannot
    ///   be opened.
    public init(path: String) throws(StoreError) {
        self.path = path
        do {
            pool = try StoreFile(path: path).connect()
            walIndex = try WALIndex(pool)
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch {
            throw StoreError(.unavailable, "\(path): \(error)")
        }
    }

    public func makeChangeSignal() -> any ChangeSignal {
        WALChangeSignal(walIndex)
    }

    // MARK: Reading

    public func instance(_ id: InstanceID) async throws -> Instance? {
        try await read { try InstanceRow.fetch($0, id)?.instance }
    }

    public var freshness: Freshness { .followed(self) }

    public func owners(at origin: Origin) async throws -> [PortOwner]? {
        switch origin {
        case .port(let key): try await read { try PortLookup(db: $0).owners(at: key) }
        case .address(let address): try await read { try PortLookup(db: $0).owners(withAddress: address) }
        case .provider(let provider, let address):
            try await read { try PortLookup(db: $0).owners(ofServiceProvider: provider, address: address) }
        }
    }

    public func securityGroups(of id: InstanceID) async throws -> [String] {
        try await instance(id)?.securityGroups ?? []
    }

    public func instances(named text: String) async throws -> [Instance] {
        let id = InstanceID(text)?.blob
        return try await read { db in
            let sql = "SELECT \(InstanceRow.columns) FROM instances WHERE name = ? OR id = ? ORDER BY id"
            return try Row.fetchAll(db, sql: sql, arguments: [text, id]).map { try InstanceRow($0).instance }
        }
    }

    public func topology() async throws -> Catalogue {
        try await read(Self.topology)
    }

    public func catalogue() async throws -> Catalogue {
        try await read { db in
            var catalogue = try Self.topology(db)
            let rows = try Row.fetchCursor(db, sql: "SELECT \(InstanceRow.columns) FROM instances ORDER BY name, id")
            while let row = try rows.next() { catalogue.instances.append(try InstanceRow(row).instance) }
            return catalogue
        }
    }

    public func changes(since revision: Revision?) async throws -> StoreChanges {
        try await read { db in
            let history = try History.fetch(db)
            let changes = StoreChanges(revision: Revision(history.revision))
            guard let since = revision?.number, since != history.revision else { return changes }
            return try ChangeQuery(db, since: since, history: history).changes(listing: Self.listedChanges)
        }
    }

    // MARK: Writing

    public func apply(_ catalogue: Catalogue) async throws -> AppliedChanges {
        try await write { db in
            let application = try CatalogueApplication(db)
            return try application.apply(catalogue)
        }
    }

    public func delete(_ id: InstanceID) async throws -> Bool {
        try await write { try InstanceDeletion.delete(id, in: $0) }
    }

    public func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome {
        try await write { db in
            guard let row = try InstanceRow.fetch(db, id) else { return .noSuchInstance }
            guard row.password.isEmpty else { return .conflict }
            var history = try History.fetch(db)
            history.revision += 1
            try db.execute(
                sql: "UPDATE instances SET password = ?, revision = ? WHERE number = ?",
                arguments: [password, history.revision, row.number])
            try history.write(db)
            return .stored
        }
    }

    // MARK: Transactions

    private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    private func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.write(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Every network and router.
    private static func topology(_ db: Database) throws -> Catalogue {
        let networks = try Data.fetchAll(db, sql: "SELECT body FROM networks ORDER BY name, id")
        let routers = try Data.fetchAll(db, sql: "SELECT body FROM routers ORDER BY name, id")
        return Catalogue(
            networks: try networks.map { try Body.decode(Network.self, from: $0) },
            routers: try routers.map { try Body.decode(Router.self, from: $0) })
    }
}
