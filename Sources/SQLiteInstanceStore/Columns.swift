import Foundation
import GRDB
import InstanceModel
import InstanceStore

extension Identifier {
    /// The 16 bytes of the UUID.
    var blob: Data {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
    }

    init(blob: Data) throws {
        guard blob.count == 16 else { throw StoreError(.damaged, "expected an id of 16 bytes, found \(blob.count)") }
        let words = blob.withUnsafeBytes { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }
}

extension IPAddress {
    /// Four bytes or sixteen, in network order.
    var blob: Data {
        switch family {
        case .v4: withUnsafeBytes(of: UInt32(truncatingIfNeeded: low).bigEndian) { Data($0) }
        case .v6: withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
        }
    }

    init(blob: Data) throws {
        switch blob.count {
        case 4: self.init(v4: UInt32(bigEndian: blob.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }))
        case 16:
            let words = try NetworkID(blob: blob)
            self.init(v6High: words.high, low: words.low)
        default: throw StoreError(.damaged, "expected an address of 4 or 16 bytes, found \(blob.count)")
        }
    }
}

/// The JSON of a record's body. Keys are sorted, so that equal records have equal bytes.
enum Body {
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw StoreError(.damaged, "a stored \(type) cannot be read: \(error)")
        }
    }
}

extension StoreError {
    /// What a fault of SQLite means for the caller.
    init(_ error: DatabaseError, path: String) {
        let text = "\(path): \(error.message ?? "SQLite error") (\(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_CORRUPT: self.init(.damaged, "\(text); restore the file from an export or a backup")
        case .SQLITE_NOTADB: self.init(.damaged, "\(path): expected an instance store, found a file of another kind")
        case .SQLITE_BUSY: self.init(.unavailable, "\(text); another process has been writing for too long")
        default: self.init(.unavailable, "\(text); see that the file and its directory can be written")
        }
    }
}
