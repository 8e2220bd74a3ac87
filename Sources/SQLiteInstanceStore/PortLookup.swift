import Foundation
import GRDB
import InstanceModel
import InstanceStore

/// Which instances have an address: every query goes through an index on the address.
struct PortLookup {
    let db: Database

    func owners(at key: PortKey) throws -> [PortOwner] {
        switch key.scope {
        case .network(let id):
            try owners(
                """
                SELECT i.id FROM addresses a JOIN instances i ON i.number = a.instance
                WHERE a.network = ? AND a.address = ? ORDER BY i.id
                """, [id.blob, key.address.blob])
        case .router(let id):
            try owners(
                """
                SELECT DISTINCT i.id FROM router_networks r JOIN addresses a ON a.network = r.network
                JOIN instances i ON i.number = a.instance
                WHERE r.router = ? AND a.address = ? ORDER BY i.id
                """, [id.blob, key.address.blob])
        }
    }

    func owners(withAddress address: IPAddress) throws -> [PortOwner] {
        try owners(
            """
            SELECT DISTINCT i.id FROM addresses a JOIN instances i ON i.number = a.instance
            WHERE a.address = ? ORDER BY i.id
            """, [address.blob])
    }

    /// - Parameter address: as the load balancer wrote it; one that is none belongs to nobody.
    func owners(ofServiceProvider provider: String, address: String) throws -> [PortOwner]? {
        let sql = "SELECT id FROM networks WHERE service_provider = ? ORDER BY id"
        let networks = try Data.fetchAll(db.cachedStatement(sql: sql), arguments: [provider])
        guard !networks.isEmpty else { return nil }
        guard let address = IPAddress(address) else { return [] }
        return try networks.flatMap { network in
            try owners(at: PortKey(scope: .network(NetworkID(blob: network)), address: address))
        }
    }

    private func owners(_ sql: String, _ arguments: StatementArguments) throws -> [PortOwner] {
        try Data.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
            .map { PortOwner(instance: try InstanceID(blob: $0)) }
    }
}
