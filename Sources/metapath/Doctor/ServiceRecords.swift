import Doctor
import Foundation
import InstanceModel
import InstanceStore
import NovaDatabase
import OsloConfig

/// Instances as whoever answers has them: the store of a process of ours, or Nova's databases as its files name them.
struct ServiceRecords {
    /// Of a store of ours, `sqlite:PATH`.
    var store: String?
    var records: Result<InstanceRecords, LookFailure>
    /// Whether they can be read.
    var facts: [StoreFacts] = []

    /// - Parameter verifier: whoever answers.
    static func look(_ verifier: SecretHolder) async -> ServiceRecords {
        do {
            let process = try verifier.process.flatMap { try MetapathProcess($0) }
            guard case .sqlite(let path)? = process?.store else { return await novas(verifier.files) }
            return await ours(path)
        } catch {
            return ServiceRecords(records: .failure(LookFailure("\(error)")))
        }
    }

    /// A file that is not there is not made.
    private static func ours(_ path: String) async -> ServiceRecords {
        let name = "\(StoreLocation.sqlite(path: path))"
        do {
            guard FileManager.default.fileExists(atPath: path) else { throw CommandError("there is no such file") }
            let catalogue = try StoreOptions.open(.sqlite(path: path))
            _ = try await catalogue.topology()
            let records = InstanceRecords(name: name) { text in
                guard let id = InstanceID(text) else { return nil }
                return try await catalogue.instance(id)?.projectID
            }
            return ServiceRecords(
                store: name, records: .success(records),
                facts: [StoreFacts(name: path, found: .success("\(path) can be read"))])
        } catch {
            let failure = LookFailure("\(error)")
            return ServiceRecords(
                store: name, records: .failure(failure), facts: [StoreFacts(name: path, found: .failure(failure))])
        }
    }

    private static func novas(_ files: [ConfigSections]) async -> ServiceRecords {
        var configuration = Configuration(files, options: Options.all)
        guard let settings = NovaSettings(&configuration) else {
            let names = files.map(\.source).joined(separator: ", ")
            let reason = "\(names): no [api_database] and [database] connection that can be used"
            return ServiceRecords(records: .failure(LookFailure(reason)))
        }
        let database = NovaDatabase(settings.database) { _ in }
        let records = InstanceRecords(name: "Nova's database") { text in
            guard let id = InstanceID(text) else { return nil }
            return try await database.project(of: id)
        }
        let facts = await DoctorStore(.nova, &configuration, isUsed: true).facts
        return ServiceRecords(records: .success(records), facts: facts)
    }
}
