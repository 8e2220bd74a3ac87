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

    @Test func commitOfAnotherProcessRaisesTheSignal() async throws {
        let path = temporaryPath()
        let store = try SQLiteInstanceStore(path: path)
        let signal = store.makeChangeSignal()
        await #expect(processExitsWith: .success) { [path = path as String] in
            _ = try await SQLiteInstanceStore(path: path).apply(Sample.catalogue(Sample.instance(1)))
        }
        #expect(signal.isRaised())
        #expect(try await store.catalogue().instances.count == 1)
    }

    @Test func importKilledAtAnyMomentLeavesAllOrNothing() async throws {
        for megabytes in [0, 8, 40, 80] {
            let path = temporaryPath()
            _ = try SQLiteInstanceStore(path: path)
            let work = "\(megabytes) \(path)"
            await #expect(processExitsWith: .signal(SIGKILL)) { [work = work as String] in
                try await KilledImport(work).run()
            }
            let survivors = try await SQLiteInstanceStore(path: path).catalogue().instances.count
            #expect(survivors == 0 || survivors == KilledImport.instances)
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

/// An import in a process of its own, which kills itself when the log has grown to a given size.
struct KilledImport {
    static let instances = 3000
    let size: Int
    let path: String

    init(_ work: String) {
        let parts = work.split(separator: " ", maxSplits: 1)
        size = (Int(parts[0]) ?? 0) << 20
        path = String(parts[1])
    }

    func run() async throws {
        let store = try SQLiteInstanceStore(path: path)
        let log = path + "-wal"
        let start = Self.length(of: log)
        let limit = start + size
        Thread.detachNewThread {
            while Self.length(of: log) <= limit {}
            kill(getpid(), SIGKILL)
        }
        let instances = (1...Self.instances).map { number in
            var instance = Sample.instance(UInt64(number))
            instance.userData = [UInt8](repeating: UInt8(number % 256), count: 30_000)
            return instance
        }
        _ = try await store.apply(Catalogue(instances: instances))
        while true { await Task.yield() }
    }

    private static func length(of file: String) -> Int {
        var status = stat()
        return stat(file, &status) == 0 ? Int(status.st_size) : 0
    }
}
