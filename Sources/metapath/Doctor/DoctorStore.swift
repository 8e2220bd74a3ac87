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
    let location: StoreLocation
    /// Somebody serves from it, or it is named, so that it has to be there.
    let isUsed: Bool

    init(_ location: StoreLocation, _ configuration: inout Configuration, isUsed: Bool) async {
        self.location = location
        self.isUsed = isUsed
        switch location {
        case .neutron: break
        case .nova:
            guard let nova = NovaSettings(&configuration) else { return }
            let cure = await nova.database.isOnThisHost ? "systemctl restart mariadb" : nil
            facts = await NovaDatabase(nova.database) { _ in }.check().map { Self.facts($0, cure) }
        case .sqlite(let path):
            guard isUsed || FileManager.default.fileExists(atPath: path) else { return }
            await read(path)
        }
    }

    /// Its instances are those that are served here; one that simply is there may be of another day.
    var isDecisive: Bool { isUsed && catalogue != nil }

    /// Another source has the guests.
    mutating func leaveOut() {
        catalogue = nil
        facts = []
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

    private static func facts(_ finding: DatabaseFinding, _ cure: String?) -> StoreFacts {
        let name = "Nova's \(finding.name)"
        switch finding.state {
        case .usable(let found), .limited(let found): return StoreFacts(name: name, found: .success(found))
        case .failed(let reason):
            // A server that refuses us runs.
            let cure = reason.contains("denied") ? nil : cure
            return StoreFacts(name: name, found: .failure(LookFailure(reason)), cure: cure)
        }
    }
}

extension NovaDatabaseSettings {
    fileprivate var isOnThisHost: Bool {
        get async {
            for url in [api, main].compactMap(\.self) where url.socket == nil {
                guard await HostView().isHere(url.host) else { return false }
            }
            return true
        }
    }
}

extension StoreFacts {
    /// Where nothing else is known to bring it back.
    /// - Parameters:
    ///   - importing: puts the instances into it; nil where no file has them.
    ///   - restart: of whoever reads it.
    func cured(by importing: String?, _ restart: String?) -> StoreFacts {
        var facts = self
        facts.cure = cure ?? importing.map { ShellText.sequence([$0] + [restart].compactMap(\.self)) }
        return facts
    }
}
