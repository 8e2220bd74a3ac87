import InstanceModel
import Synchronization

/// The numbers behind `i-…`, `ami-…`, `aki-…` and `ari-…` in one cell (contract nova.md §4.2).
///
/// A number that is missing is drawn by inserting a row, as Nova does. An account that may not insert gets a number of
/// our own, made of the id and larger than any that a row can have: always the same, and never somebody else's.
final class EC2Numbers: Sendable {
    /// Numbers of images do not change; the memo is emptied when it has grown to this size.
    private static let memoLimit = 100_000

    private struct State {
        var images: [String: UInt64] = [:]
        /// The operator has been told that rows cannot be inserted.
        var isReported = false
    }

    private let state = Mutex(State())
    private let report: @Sendable (String) -> Void

    init(report: @escaping @Sendable (String) -> Void) {
        self.report = report
    }

    static func selectInstance(_ id: InstanceID) -> String {
        "SELECT id FROM instance_id_mappings WHERE uuid = '\(id)' ORDER BY id LIMIT 1"
    }

    /// - Parameter found: the rows of ``selectInstance(_:)``.
    func instance(
        _ id: InstanceID, found: [DatabaseRow], _ connection: DatabaseConnection
    ) throws(DatabaseError) -> UInt64 {
        if let number = Self.number(found) { return number }
        let drawn = try draw(in: "instance_id_mappings", "\(id)", Self.selectInstance(id), connection)
        return drawn ?? Self.madeUp(high: id.high, low: id.low)
    }

    /// - Parameter id: Glance's, of an image, kernel or ramdisk.
    func image(_ id: String, _ connection: DatabaseConnection) throws(DatabaseError) -> UInt64 {
        if let known = state.withLock({ $0.images[id] }) { return known }
        let select = "SELECT id FROM s3_images WHERE uuid = \(connection.quoted(id)) ORDER BY id LIMIT 1"
        var number = Self.number(try connection.query(select).first)
        if number == nil { number = try draw(in: "s3_images", id, select, connection) }
        guard let number else { return Self.madeUp(id) }
        state.withLock { state in
            if state.images.count >= Self.memoLimit { state.images.removeAll() }
            state.images[id] = number
        }
        return number
    }

    private static func number(_ rows: [DatabaseRow]?) -> UInt64? {
        rows?.first?.text(0).flatMap { UInt64($0) }
    }

    /// The lowest number of those drawn for the id, by us and by others at the same time. Nil where the account may not
    /// insert.
    private func draw(
        in table: String, _ id: String, _ select: String, _ connection: DatabaseConnection
    ) throws(DatabaseError) -> UInt64? {
        do {
            _ = try connection.query(
                """
                INSERT INTO \(table) (created_at, uuid, deleted) \
                VALUES (UTC_TIMESTAMP(), \(connection.quoted(id)), 0)
                """)
            return Self.number(try connection.query(select).first)
        } catch {
            guard error.isRefusedWrite else { throw error }
            reportOnce(error)
            return nil
        }
    }

    private func reportOnce(_ error: DatabaseError) {
        let isFirst = state.withLock { state in
            defer { state.isReported = true }
            return !state.isReported
        }
        guard isFirst else { return }
        report(
            "\(error). EC2 ids that are missing are made up: grant INSERT on instance_id_mappings and s3_images to have "
                + "them numbered as Nova does")
    }

    /// Beyond 32 bits, where no row's number is, and below 63.
    private static func madeUp(high: UInt64, low: UInt64) -> UInt64 {
        (high ^ low.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).low) >> 2 | 1 << 40
    }

    private static func madeUp(_ id: String) -> UInt64 {
        if let uuid = InstanceID(id) { return madeUp(high: uuid.high, low: uuid.low) }
        // FNV-1a: an image's id is a UUID in practice.
        let hash = id.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return madeUp(high: hash, low: hash)
    }
}
