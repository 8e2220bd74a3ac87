import InstanceModel
import InstanceStore
import Synchronization

/// Nova's databases: the API database, which knows every instance's cell, and the cells' own (contract nova.md §10).
///
/// Read-only but for what Nova's service writes too: a guest's password, and EC2 numbers that are missing.
public final class NovaDatabase: Sendable {
    private let settings: NovaDatabaseSettings
    let api: ConnectionPool?
    let main: CellDatabase
    private let template: CellURLTemplate
    private let cells = Mutex<[String: CellDatabase]>([:])
    private let report: @Sendable (String) -> Void

    /// Opens nothing yet: connections are made when they are wanted.
    /// - Parameter report: what an operator should know, such as a column that cannot be read.
    public init(_ settings: NovaDatabaseSettings, report: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.report = report
        api = settings.api.map { ConnectionPool($0, size: settings.connections) }
        main = CellDatabase(settings.main, connections: settings.connections, report: report)
        template = CellURLTemplate(base: settings.mainText)
    }

    /// Nil: there is no such instance, or none that is not deleted.
    /// - Throws: ``StoreError``; `unavailable` where the database that it needs does not answer.
    public func instance(_ id: InstanceID) async throws -> Instance? {
        try await cell(of: id).instance(id)
    }

    /// Whose an instance is; nil where there is none that is not deleted. Reads one column and writes nothing.
    /// - Throws: ``StoreError``, as ``instance(_:)``.
    public func project(of id: InstanceID) async throws -> String? {
        try await cell(of: id).pool.run { (connection) throws(DatabaseError) in
            try connection.query(InstanceQuery.project(of: id)).first?.first?.text(0)
        }
    }

    public func setPassword(_ password: String, of id: InstanceID) async throws -> PasswordOutcome {
        try await cell(of: id).setPassword(password, of: id)
    }

    /// An instance that is not mapped, or not to a cell yet, is looked for in `[database]`, as by Nova.
    private func cell(of id: InstanceID) async throws -> CellDatabase {
        guard let api else { return main }
        let found = try await api.run { (connection) throws(DatabaseError) in
            try connection.query(InstanceQuery.cell(of: id)).first?.first?.text(0)
        }
        return try found.map(cell(at:)) ?? main
    }

    /// The database that a cell mapping names, whose connections all its instances share.
    func cell(at text: String) throws(StoreError) -> CellDatabase {
        if let known = cells.withLock({ $0[text] }) { return known }
        let url: DatabaseURL
        do {
            url = try DatabaseURL(template.expand(text))
        } catch {
            throw StoreError(
                .unavailable, "cell_mappings.database_connection: expected \(DatabaseURL.expectation), found \(error)")
        }
        let cell = url == settings.main ? main : CellDatabase(url, connections: settings.connections, report: report)
        return cells.withLock { cells in
            if let known = cells[text] { return known }
            cells[text] = cell
            return cell
        }
    }
}
