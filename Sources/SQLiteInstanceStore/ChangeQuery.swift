import Foundation
import GRDB
import InstanceModel
import InstanceStore

/// What changed after a revision. Every query goes through an index on the revision, so that it costs what has changed,
/// not what is stored.
struct ChangeQuery {
    private let db: Database
    private let since: Int64
    private let history: History

    init(_ db: Database, since: Int64, history: History) {
        self.db = db
        // A revision from the future is that of another file in this one's place.
        self.since = since > history.revision ? -1 : since
        self.history = history
    }

    /// - Parameter limit: More instances than this are reported without their addresses.
    func changes(listing limit: Int) throws -> StoreChanges {
        let changed = try identifiers("SELECT id FROM instances WHERE revision > ?")
        let deleted = try identifiers("SELECT instance FROM deletions WHERE revision > ?")
        var changes = StoreChanges(revision: Revision(history.revision), instances: changed + deleted)
        changes.allAddresses = history.topologyRevision > since || changed.count > limit
        if !changes.allAddresses { changes.addresses = try addresses() }
        return changes
    }

    private func identifiers(_ sql: String) throws -> [InstanceID] {
        try Data.fetchAll(db, sql: sql, arguments: [since]).map { try InstanceID(blob: $0) }
    }

    private func addresses() throws -> [PortKey] {
        let inNetworks = try keys("a.network, a.address", "") { .network(try NetworkID(blob: $0)) }
        let join = "JOIN router_networks r ON r.network = a.network"
        let inRouters = try keys("r.router, a.address", join) { .router(try RouterID(blob: $0)) }
        return inNetworks + inRouters
    }

    private func keys(_ columns: String, _ join: String, _ scope: (Data) throws -> Scope) throws -> [PortKey] {
        let sql = """
            SELECT DISTINCT \(columns) FROM instances i JOIN addresses a ON a.instance = i.number \(join)
            WHERE i.revision > ?
            """
        return try Row.fetchAll(db, sql: sql, arguments: [since]).map { row in
            PortKey(scope: try scope(row[0]), address: try IPAddress(blob: row[1]))
        }
    }
}
