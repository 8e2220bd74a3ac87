import Testing

@testable import NovaDatabase

/// User data and passwords as they are stored.
struct TextTests {
    /// What Python's `base64.b64decode` gives (contract nova.md §4.1).
    @Test(
        arguments: [
            ("", ""), ("aGk=", "hi"), ("aGk=\n", "hi"), ("a G\nk=", "hi"), ("aGk=aGk=", "hi"), ("aGk*=", "hi"),
            ("aGkh", "hi!"),
            ("=aGkh", "hi!"), ("aA==", "h"), ("aA=x=", "h\u{C}"), ("aGk", nil), ("a", nil), ("aGkha", nil),
            ("aGk=\u{e9}", nil),
        ] as [(String, String?)])
    func base64IsReadAsPythonReadsIt(_ text: String, _ decoded: String?) {
        let result = try? LenientBase64.decode(Array(text.utf8))
        #expect(result.map { String(decoding: $0, as: UTF8.self) } == decoded)
    }

    private func row(_ key: String, _ value: String?) -> DatabaseRow {
        DatabaseRow([Array(key.utf8), value.map { Array($0.utf8) }])
    }

    @Test func aPasswordsPiecesFollowTheirKeysText() throws {
        let rows = [row("password_2", "c"), row("password_10", "b"), row("password_1", "a"), row("boot_roles", "x")]
        #expect(try PasswordRows(rows).password() == "abc")
        #expect(throws: BlobError.self) { try PasswordRows([row("password_0", nil)]).password() }
        #expect(try PasswordRows([row("password_0", "old"), row("password_0", "new")]).password() == "new")
    }

    @Test func aPasswordIsCutIntoFourPiecesOfCharacters() {
        let pieces = PasswordRows.split(String(repeating: "é", count: 300))
        #expect(pieces.map(\.key) == ["password_0", "password_1", "password_2", "password_3"])
        #expect(pieces.map { $0.value.unicodeScalars.count } == [255, 45, 0, 0])
    }
}
