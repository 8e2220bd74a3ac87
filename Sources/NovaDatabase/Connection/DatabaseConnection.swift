import CMariaDB
import Foundation

/// One connection to MariaDB or MySQL. Blocks, and belongs to the thread that made it.
final class DatabaseConnection {
    private let handle: UnsafeMutablePointer<MYSQL>
    private let place: String

    /// Connects; text comes and goes as UTF-8.
    init(_ url: DatabaseURL) throws(DatabaseError) {
        guard Self.isLibraryReady, let handle = mysql_init(nil) else {
            throw DatabaseError(code: 2008, message: "out of memory", place: "\(url)")
        }
        self.handle = handle
        self.place = "\(url)"
        setOptions(url)
        let flags = UInt(CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS)
        let connected = mysql_real_connect(
            handle, url.host, url.user, url.password, url.database, UInt32(url.port), url.socket, flags)
        guard connected != nil else { throw failure }
    }

    deinit { mysql_close(handle) }

    /// The library's own set-up is not safe to run on two threads.
    private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

    private func setOptions(_ url: DatabaseURL) {
        set(MYSQL_OPT_CONNECT_TIMEOUT, UInt32(url.connectTimeout))
        set(MYSQL_OPT_READ_TIMEOUT, UInt32(url.readTimeout))
        set(MYSQL_OPT_WRITE_TIMEOUT, UInt32(url.readTimeout))
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        if url.socket == nil { set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue) }
        guard let security = url.security else { return }
        set(MYSQL_OPT_SSL_ENFORCE, CChar(1))
        set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, CChar(security.verifies ? 1 : 0))
        if let file = security.caFile { set(MYSQL_OPT_SSL_CA, file) }
        if let file = security.certificateFile { set(MYSQL_OPT_SSL_CERT, file) }
        if let file = security.keyFile { set(MYSQL_OPT_SSL_KEY, file) }
    }

    private func set(_ option: mysql_option, _ text: String) {
        _ = text.withCString { mysql_options(handle, option, $0) }
    }

    private func set<Value: BitwiseCopyable>(_ option: mysql_option, _ value: Value) {
        _ = withUnsafeBytes(of: value) { mysql_options(handle, option, $0.baseAddress) }
    }

    /// Whether the server has neither closed the connection nor said anything unasked: one system call.
    var isUsable: Bool {
        var poll = pollfd(fd: Int32(truncatingIfNeeded: mysql_get_socket(handle)), events: Int16(POLLIN), revents: 0)
        return Foundation.poll(&poll, 1, 0) == 0
    }

    /// Sends statements, separated by semicolons, in one round trip.
    /// - Returns: the rows of each statement, none for one that gives none.
    func query(_ statements: String) throws(DatabaseError) -> [[DatabaseRow]] {
        var text = statements
        let sent = text.withUTF8 { mysql_real_query(handle, UnsafeRawPointer($0.baseAddress), UInt($0.count)) }
        guard sent == 0 else { throw failure }
        var results: [[DatabaseRow]] = []
        repeat {
            results.append(try rows())
        } while try hasNext()
        return results
    }

    /// `text` as a literal in quotes.
    func quoted(_ text: String) -> String {
        var text = text
        let escaped = text.withUTF8 { input in
            [UInt8](unsafeUninitializedCapacity: 2 * input.count + 1) { output, count in
                output.withMemoryRebound(to: CChar.self) { output in
                    let (to, from) = (output.baseAddress, UnsafeRawPointer(input.baseAddress))
                    count = Int(mysql_real_escape_string(handle, to, from, UInt(input.count)))
                }
            }
        }
        return "'\(String(decoding: escaped, as: UTF8.self))'"
    }

    private func hasNext() throws(DatabaseError) -> Bool {
        let status = mysql_next_result(handle)
        guard status <= 0 else { throw failure }
        return status == 0
    }

    private func rows() throws(DatabaseError) -> [DatabaseRow] {
        guard let result = mysql_store_result(handle) else {
            guard mysql_field_count(handle) == 0 else { throw failure }
            return []
        }
        defer { mysql_free_result(result) }
        let columns = Int(mysql_num_fields(result))
        var rows: [DatabaseRow] = []
        while let values = mysql_fetch_row(result), let lengths = mysql_fetch_lengths(result) {
            rows.append(
                DatabaseRow(
                    (0..<columns).map { index in
                        values[index].map { Array(UnsafeRawBufferPointer(start: $0, count: Int(lengths[index]))) }
                    }))
        }
        return rows
    }

    private var failure: DatabaseError {
        DatabaseError(code: mysql_errno(handle), message: String(cString: mysql_error(handle)), place: place)
    }
}
