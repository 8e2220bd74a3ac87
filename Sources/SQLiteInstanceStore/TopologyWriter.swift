import Foundation
import GRDB
import InstanceModel
import InstanceStore

/// Writes networks and routers, and gives ports their view of the networks that are in the store.
struct TopologyWriter {
    private let db: Database
    private(set) var hasChanged = false
    private var changedNetworks: [NetworkID] = []
    private var networks: [NetworkID: Network] = [:]

    init(_ db: Database) {
        self.db = db
    }

    mutating func write(_ network: Network) throws -> WriteOutcome {
        networks[network.id] = network
        let body = try Body.encode(network)
        let stored = try self.body(in: "networks", of: network.id.blob)
        if stored == body { return .unchanged }
        try db.execute(
            sql: "INSERT OR REPLACE INTO networks (id, name, service_provider, body) VALUES (?, ?, ?, ?)",
            arguments: [network.id.blob, network.name, network.serviceProvider, body])
        hasChanged = true
        if stored != nil { changedNetworks.append(network.id) }
        return stored == nil ? .created : .updated
    }

    mutating func write(_ router: Router) throws -> WriteOutcome {
        let body = try Body.encode(router)
        let stored = try self.body(in: "routers", of: router.id.blob)
        if stored == body { return .unchanged }
        try db.execute(
            sql: "INSERT OR REPLACE INTO routers (id, name, body) VALUES (?, ?, ?)",
            arguments: [router.id.blob, router.name, body])
        try db.execute(sql: "DELETE FROM router_networks WHERE router = ?", arguments: [router.id.blob])
        for network in router.networks {
            guard try self.network(network) != nil else { throw unknown(network, "router “\(router.name)”") }
            try db.execute(
                sql: "INSERT OR IGNORE INTO router_networks (router, network) VALUES (?, ?)",
                arguments: [router.id.blob, network.blob])
        }
        hasChanged = true
        return stored == nil ? .created : .updated
    }

    /// The network as it now is in the store.
    mutating func network(_ id: NetworkID) throws -> Network? {
        if let network = networks[id] { return network }
        guard let body = try body(in: "networks", of: id.blob) else { return nil }
        let network = try Body.decode(Network.self, from: body)
        networks[id] = network
        return network
    }

    /// The port with its view of its network as it is now.
    mutating func port(_ port: InstanceModel.Port, of instance: Instance) throws -> InstanceModel.Port {
        guard let id = port.network?.id else { return port }
        let owner = "instance “\(instance.name ?? "")” (\(instance.id))"
        guard let network = try network(id) else { throw unknown(id, owner) }
        var port = port
        let fixedIPs = port.fixedIPs
        port.network = PortNetwork(network, fixedIPs: fixedIPs)
        if port.fixedIPs.count < fixedIPs.count {
            let outside = fixedIPs.filter { !port.fixedIPs.contains($0) }.map(\.address).joined(separator: ", ")
            throw StoreError(.refused, "\(owner): network “\(network.name)” has no subnet for its address \(outside)")
        }
        return port
    }

    func instancesOnChangedNetworks() throws -> Set<InstanceID> {
        var instances: Set<InstanceID> = []
        for network in changedNetworks {
            let sql = "SELECT i.id FROM attachments t JOIN instances i ON i.number = t.instance WHERE t.network = ?"
            let ids = try Data.fetchAll(db, sql: sql, arguments: [network.blob])
            instances.formUnion(try ids.map { try InstanceID(blob: $0) })
        }
        return instances
    }

    private func body(in table: String, of id: Data) throws -> Data? {
        let statement = try db.cachedStatement(sql: "SELECT body FROM \(table) WHERE id = ?")
        return try Data.fetchOne(statement, arguments: [id])
    }

    private func unknown(_ network: NetworkID, _ owner: String) -> StoreError {
        StoreError(.refused, "\(owner) is on network \(network), which is not in the store; import the network as well")
    }
}
