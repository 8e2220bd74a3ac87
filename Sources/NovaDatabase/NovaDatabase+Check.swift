import InstanceStore

extension NovaDatabase {
    /// Reaches every database once: the API database, `[database]`, and each cell that is mapped.
    public func check() async -> [DatabaseFinding] {
        var findings: [DatabaseFinding] = []
        var mapped: [(name: String, url: String)] = []
        if let api {
            findings.append(
                await Self.look("API database") {
                    let rows = try await api.run { (connection) throws(DatabaseError) in
                        try connection.query("SELECT name, database_connection FROM cell_mappings ORDER BY id")
                    }
                    mapped = (rows.first ?? []).map { ($0.text(0) ?? "without a name", $0.text(1) ?? "") }
                    return .usable("\(api.url), cells: \(mapped.map(\.name).joined(separator: ", "))")
                })
        }
        findings.append(await Self.look("[database]") { try await main.check() })
        for (name, url) in mapped {
            findings.append(await Self.look("cell \(name)") { try await cell(at: url).check() })
        }
        return findings
    }

    private static func look(
        _ name: String, _ work: () async throws -> DatabaseFinding.State
    ) async -> DatabaseFinding {
        let start = ContinuousClock.now
        let state: DatabaseFinding.State
        do {
            state = try await work()
        } catch {
            state = .failed("\(error)")
        }
        return DatabaseFinding(name: name, state: state, took: start.duration(to: .now))
    }
}

extension CellDatabase {
    /// Reads from the table of instances, and looks whether the account may do the two writes.
    func check() async throws -> DatabaseFinding.State {
        let place = "\(pool.url)"
        let grants = try await pool.run { (connection) throws(DatabaseError) in
            _ = try connection.query("SELECT id FROM instances LIMIT 1")
            return try connection.query("SHOW GRANTS").first?.compactMap { $0.text(0) } ?? []
        }
        let mayWrite = grants.contains { grant in
            grant.contains("ALL PRIVILEGES") || (grant.contains("INSERT") && grant.contains("UPDATE"))
        }
        return mayWrite
            ? .usable(place)
            : .limited(
                "\(place): the account may only read; passwords cannot be kept (503), and EC2 ids that are missing are made up. "
                    + "Grant INSERT and UPDATE to have both")
    }
}
