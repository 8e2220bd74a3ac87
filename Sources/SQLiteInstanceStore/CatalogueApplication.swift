import GRDB
import InstanceModel
import InstanceStore

/// One catalogue on its way into the store, within one transaction.
///
/// Everything that speaks against it is collected and thrown together at the end, which undoes what was written.
final class CatalogueApplication {
    let db: Database
    var history: History
    var changes = AppliedChanges()
    private var refusals: [String] = []
    private var topology: TopologyWriter
    private var numbers: NumberWriter
    /// Places of the written instances, entered when all former places are gone: instances may swap addresses.
    private var places: [Int64: InstancePlaces] = [:]

    /// More reasons for a refusal are counted, not told.
    private static let toldRefusals = 50

    init(_ db: Database) throws {
        self.db = db
        history = try History.fetch(db)
        history.revision += 1
        topology = TopologyWriter(db)
        numbers = try NumberWriter(db)
    }

    func apply(_ catalogue: Catalogue) throws -> AppliedChanges {
        for network in catalogue.networks { count(try topology.write(network)) }
        for router in catalogue.routers {
            try collect { count(try topology.write(router)) }
        }
        try collect { try numbers.reserve(catalogue.instances) }
        for instance in catalogue.instances {
            try collect { count(try write(instance)) }
        }
        try carryNetworks(except: Set(catalogue.instances.map(\.id)))
        try enterPlaces()
        try refuseIfNeeded()
        try advanceHistory()
        return changes
    }

    // MARK: Instances

    private func write(_ given: Instance) throws -> WriteOutcome {
        let stored = try InstanceRow.fetch(db, given.id)
        var instance = given
        instance.ec2Number = try numbers.number(of: given, stored: stored?.number)
        try numbers.numberImages(of: &instance)
        if let password = stored?.password, !password.isEmpty { instance.password = password }
        instance.ports = try instance.ports.map { try topology.port($0, of: instance) }
        return try write(instance, over: stored)
    }

    private func write(_ instance: Instance, over stored: InstanceRow?) throws -> WriteOutcome {
        let row = try InstanceRow(instance)
        if row == stored { return .unchanged }
        try row.write(db, id: instance.id, revision: history.revision)
        if stored != nil {
            try InstanceDeletion.forgetPlaces(of: row.number, in: db)
        } else {
            let statement = try db.cachedStatement(sql: "DELETE FROM deletions WHERE instance = ?")
            try statement.execute(arguments: [instance.id.blob])
        }
        places[row.number] = InstancePlaces(instance)
        return stored == nil ? .created : .updated
    }

    /// Gives the ports on changed networks their new view, where the catalogue has not done so.
    private func carryNetworks(except described: Set<InstanceID>) throws {
        for id in try topology.instancesOnChangedNetworks() where !described.contains(id) {
            guard let stored = try InstanceRow.fetch(db, id) else { continue }
            try collect {
                var instance = try stored.instance
                instance.ports = try instance.ports.map { try topology.port($0, of: instance) }
                _ = try write(instance, over: stored)
            }
        }
    }

    private func enterPlaces() throws {
        for (number, places) in places {
            try places.enter(db, number: number) { address, network, owner in
                try self.refuseAddress(address, on: network, of: number, owner: owner)
            }
        }
    }

    // MARK: Refusing and finishing

    /// Goes on after a refusal, to find the others as well.
    private func collect(_ step: () throws -> Void) throws {
        do {
            try step()
        } catch let error as StoreError where error.kind == .refused {
            refusals.append(error.message)
        }
    }

    private func refuseAddress(_ address: IPAddress, on network: NetworkID, of number: Int64, owner: Int64) throws {
        let name = try topology.network(network)?.name ?? network.description
        let (first, second) = (try describe(min(owner, number)), try describe(max(owner, number)))
        let reason = address.isLinkLocalIPv6 ? ", which follows from a port's MAC address," : ""
        refusals.append(
            "address \(address)\(reason) on network “\(name)” would belong to two instances, \(first) and \(second); "
                + "give one of them another")
    }

    private func describe(_ number: Int64) throws -> String {
        let sql = "SELECT \(InstanceRow.columns) FROM instances WHERE number = ?"
        let row = try Row.fetchOne(db, sql: sql, arguments: [number]).map(InstanceRow.init)
        guard let instance = try row?.instance else { return "number \(number)" }
        return "“\(instance.name ?? "")” (\(instance.id))"
    }

    private func refuseIfNeeded() throws {
        if refusals.isEmpty { return }
        var lines = Array(refusals.prefix(Self.toldRefusals))
        if refusals.count > lines.count { lines.append("and \(refusals.count - lines.count) more") }
        throw StoreError(.refused, "nothing was stored: " + lines.joined(separator: "\n"))
    }

    private func advanceHistory() throws {
        if topology.hasChanged { history.topologyRevision = history.revision }
        if topology.hasChanged || !places.isEmpty { try history.write(db) }
    }

    private func count(_ outcome: WriteOutcome) {
        switch outcome {
        case .created: changes.created += 1
        case .updated: changes.updated += 1
        case .unchanged: changes.unchanged += 1
        }
    }
}

enum WriteOutcome { case created, updated, unchanged }
