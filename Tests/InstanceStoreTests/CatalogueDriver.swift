import Foundation
import InstanceStore
import SQLiteInstanceStore
import Testing

/// A backend that the suite of ``InstanceCatalogue`` runs against. Every driver passes the same tests.
struct CatalogueDriver: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// A fresh, empty store, and a way to open the same one a second time.
    let make: @Sendable () throws -> (store: any InstanceCatalogue, reopen: Opening)

    typealias Opening = @Sendable () throws -> any InstanceCatalogue

    static let all = [sqlite]

    static let sqlite = CatalogueDriver(testDescription: "sqlite") {
        let path = temporaryPath()
        return (try SQLiteInstanceStore(path: path), { try SQLiteInstanceStore(path: path) })
    }

    func makeStore() throws -> any InstanceCatalogue { try make().store }
}

/// A path of its own for a store that does not exist yet, in a directory that does not either.
func temporaryPath() -> String {
    temporaryDirectory.appending(path: "\(UUID())/store/instances.sqlite").path()
}

/// Removed when the tests end.
private let temporaryDirectory: URL = {
    atexit { try? FileManager.default.removeItem(at: temporaryDirectory) }
    return FileManager.default.temporaryDirectory.appending(path: "metapath-tests-\(getpid())")
}()
