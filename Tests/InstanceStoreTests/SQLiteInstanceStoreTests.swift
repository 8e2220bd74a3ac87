import Foundation
import GRDB
import InstanceModel
import InstanceStore
import SQLiteInstanceStore
import Testing

@Suite("SQLite file")
struct SQLiteInstanceStoreTests {
    @Test func needsNoSetUpAndKeepsSecretsFromOthers() async throws {
        let path = temporaryPath()
        let store = try SQLiteInstanceStore(path: path)
        _ = try await store.apply(Sample.catalogue(Sample.instance(1)))
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(try await SQLiteInstanceStore(path: path).catalogue().instances.count == 1)
    }

    @Test func manyMayOpenANewStoreAtOnce() async throws {
        for _ in 0..<5 {
            let path = temporaryPath()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    group.addTask {
                        let store = try SQLiteInstanceStore(path: path)
                        _ = try await store.apply(Catalogue(instances: [Sample.instance(UInt64(number))]))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await SQLiteInstanceStore(path: path).catalogue().instances.count == 8)
        }
    }

    @Test func fileOfAnotherKindIsRefusedAndLeftAlone() throws {
        let path = try makeFile("a diary" + String(repeating: ", and more", count: 100))
        let before = try Data(contentsOf: URL(filePath: path))
        let error = #expect(throws: StoreError.self) { try SQLiteInstanceStore(path: path) }
        #expect(error?.message == "\(path): expected an instance store, found a file of another kind")
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test func pathThatCannotBeMadeIsRefused() throws {
        let path = try makeFile("in the way") + "/instances.sqlite"
        let error = #expect(throws: StoreError.self) { try SQLiteInstanceStore(path: path) }
        #expect(error?.kind == .unavailable)
    }

    @Test func otherDatabaseIsRefused() async throws {
        let path = temporaryPath()
        _ = try await SQLiteInstanceStore(path: path).apply(Sample.topology)
        for (setting, expected) in [
            ("user_version = 2", "expected a store of format 1, found format 2"),
            ("application_id = 7", "expected an instance store, found another SQLite database"),
        ] {
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: "PRAGMA \(setting)") }
            try database.close()
            let error = #expect(throws: StoreError.self) { try SQLiteInstanceStore(path: path) }
            #expect(error?.kind == .refused && error?.message.contains(expected) == true)
        }
    }

    private func makeFile(_ text: String) throws -> String {
        let path = temporaryPath()
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
