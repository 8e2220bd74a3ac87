import Doctor
import Foundation
import InstanceModel
import InstanceStore
import NovaDatabase
import OsloConfig

/// The instances as this host reads them, and what could not be read.
struct DoctorStore {
    /// Of a store of ours; nil where there is none.
    var catalogue: Catalogue?
    var facts: [StoreFacts] = []

    /// - Parameter isUsed: somebody serves from it, so that it has to be there.
    init(_ location: StoreLocation, _ configuration: inout Configuration, isUsed: Bool) async {
        switch location {
        case .neutron: break
        case .nova:
            guard let nova = NovaSettings(&configuration) else { return }
            facts = await NovaDatabase(nova.database) { _ in }.check().map(Self.facts)
        case .sqlite(let path):
            guard isUsed || FileManager.default.fileExists(atPath: path) else { return }
            await read(path)
        }
    }

    /// A file that is not there is not made: looking changes nothing.
    private mutating func read(_ path: String) async {
        do {
            guard FileManager.default.fileExists(atPath: path) else { throw CommandError("there is no such file") }
            let found = try await StoreOptions.open(.sqlite(path: path)).catalogue()
            catalogue = found
            facts = [StoreFacts(name: path, found: .success("\(path), \(found.instances.count) instances"))]
        } catch {
            facts = [StoreFacts(name: path, found: .failure(LookFailure("\(error)")))]
        }
    }

    private static func facts(_ finding: DatabaseFinding) -> StoreFacts {
        switch finding.state {
        case .usable(let found), .limited(let found): StoreFacts(name: finding.name, found: .success(found))
        case .failed(let reason): StoreFacts(name: finding.name, found: .failure(LookFailure(reason)))
        }
    }
}
