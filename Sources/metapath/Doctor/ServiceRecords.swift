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

    /// - Parameter verifier: whoever answers; nil where it is on another host.
    init(_ verifier: SecretHolder?) {
        guard let verifier else {
            records = .failure(LookFailure("whoever answers is not on this host, nor are its data"))
            return
        }
        do {
            let process = try verifier.process.flatMap { try MetapathProcess($0) }
            if case .sqlite(let path)? = process?.store {
                store = "\(StoreLocation.sqlite(path: path))"
                records = .success(Self.ours(path))
            } else {
                records = Self.novas(verifier.files)
            }
        } catch {
            records = .failure(LookFailure("\(error)"))
        }
    }

    /// A file that is not there is not made.
    private static func ours(_ path: String) -> InstanceRecords {
        InstanceRecords(name: "sqlite:\(path)") { text in
            guard FileManager.default.fileExists(atPath: path) else { throw CommandError("there is no such file") }
            guard let id = InstanceID(text) else { return nil }
            return try await StoreOptions.open(.sqlite(path: path)).instance(id)?.projectID
        }
    }

    private static func novas(_ files: [ConfigSections]) -> Result<InstanceRecords, LookFailure> {
        var configuration = Configuration(files, options: Options.all)
        guard let settings = NovaSettings(&configuration) else {
            let names = files.map(\.source).joined(separator: ", ")
            return .failure(LookFailure("\(names): no [api_database] and [database] connection that can be used"))
        }
        let database = NovaDatabase(settings.database) { _ in }
        return .success(
            InstanceRecords(name: "Nova's database") { text in
                guard let id = InstanceID(text) else { return nil }
                return try await database.project(of: id)
            })
    }
}
