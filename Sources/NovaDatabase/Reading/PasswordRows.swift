/// A guest's password as Nova keeps it: in pieces, one row of system metadata each (contract nova.md §7).
struct PasswordRows {
    static let prefix = "password_"
    /// Rows of a password, whatever its length, and the characters of each.
    static let pieceCount = 4
    static let pieceLength = 255

    private var pieces: [String: String?] = [:]

    /// - Parameter rows: key and value; of two with one key the later counts.
    init(_ rows: [DatabaseRow]) {
        for row in rows {
            guard let key = row.text(0), key.hasPrefix(Self.prefix) else { continue }
            pieces.updateValue(row.text(1), forKey: key)
        }
    }

    /// The pieces in the order of their keys' text. Empty for none.
    func password() throws(BlobError) -> String {
        var password = ""
        for (key, piece) in pieces.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            guard let piece else { throw BlobError(description: "expected a text under \(key), found NULL") }
            password += piece
        }
        return password
    }

    /// What is to be stored under each key: pieces of so many characters, the last ones empty.
    static func split(_ password: String) -> [(key: String, value: String)] {
        var rest = password.unicodeScalars[...]
        return (0..<pieceCount).map { index in
            let piece = rest.prefix(pieceLength)
            rest = rest.dropFirst(pieceLength)
            return ("\(prefix)\(index)", String(String.UnicodeScalarView(piece)))
        }
    }
}
