import GRDB
import GRDBSQLite
import InstanceStore
import Synchronization

/// The head of SQLite's WAL index, in the memory that every process with the database open shares.
///
/// A commit takes effect by writing this head (https://sqlite.org/walformat.html, “The WAL-Index Header”): it holds
/// the number of the last valid frame, a counter of transactions and a checksum. Comparing it therefore tells exactly
/// whether something was committed, by whichever process, and costs no system call. Watching the log file would not do:
/// its frames are written before the commit takes effect, so that a reader woken by them may look too early and then
/// never again.
///
/// Sendable without the compiler's proof, because it cannot check a raw pointer: `head` is only ever read, and it stays
/// mapped because SQLite keeps the index mapped for as long as any connection of this process is open, and `pool` keeps
/// its writing connection open.
final class WALIndex: @unchecked Sendable {
    private let pool: DatabasePool
    private let head: UnsafeRawPointer

    /// Bytes of the first of the head's two copies, the one that is written last.
    static let headSize = 48
    /// Bytes that SQLite maps at a time.
    private static let regionSize: Int32 = 32768

    init(_ pool: DatabasePool) throws {
        self.pool = pool
        self.head = try pool.writeWithoutTransaction { db in
            // The first read maps the index.
            _ = try History.fetch(db)
            return try Self.head(db, of: pool)
        }
    }

    /// What the head says now. It may be read while it is being written; the checksum in it then makes the torn copy
    /// differ from what was there before and from what will be.
    func read() -> WALHead {
        let words = head.loadUnaligned(as: WALHead.self)
        // Each call reads the memory anew, and what is read of the database afterwards is no older.
        atomicMemoryFence(ordering: .acquiring)
        return words
    }

    private static func head(_ db: Database, of pool: DatabasePool) throws -> UnsafeRawPointer {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = withUnsafeMutablePointer(to: &file) { pointer in
            sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, pointer)
        }
        var region: UnsafeMutableRawPointer?
        guard code == SQLITE_OK, let file, let map = file.pointee.pMethods?.pointee.xShmMap,
            map(file, 0, regionSize, 0, &region) == SQLITE_OK, let region
        else { throw StoreError(.unavailable, "\(pool.path): expected a log with shared memory, found none") }
        return UnsafeRawPointer(region)
    }
}

/// The 48 bytes of the head.
struct WALHead: Equatable {
    var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    static func == (left: Self, right: Self) -> Bool {
        (left.words.0, left.words.1, left.words.2) == (right.words.0, right.words.1, right.words.2)
            && (left.words.3, left.words.4, left.words.5) == (right.words.3, right.words.4, right.words.5)
    }
}

/// Raised by a commit of any process that has the store open.
final class WALChangeSignal: ChangeSignal {
    private let index: WALIndex
    private var last: WALHead

    init(_ index: WALIndex) {
        self.index = index
        self.last = index.read()
    }

    func isRaised() -> Bool {
        let head = index.read()
        if head == last { return false }
        last = head
        return true
    }
}
