import MetadataDocuments
import Testing

struct JSONValueTests {
    private func rewritten(_ text: String) throws -> String {
        String(decoding: try JSONValue(parsing: Array(text.utf8)).serialised(), as: UTF8.self)
    }

    @Test(arguments: [
        ("null", "null"), (" [ ] ", "[]"), ("{ }", "{}"), ("[1,2 ,3]", "[1, 2, 3]"),
        (#"{"b":1,"a":{"c":[true,false]}}"#, #"{"b": 1, "a": {"c": [true, false]}}"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a": 3, "b": 2}"#),
        ("12345678901234567890123", "12345678901234567890123"), ("-0", "0"), ("-17", "-17"),
        ("1.50", "1.5"), ("2.0", "2.0"), ("1e3", "1000.0"), ("1E400", "Infinity"), ("-0.0", "-0.0"),
        ("0.0001", "0.0001"), ("0.00001", "1e-05"), ("1e16", "1e+16"), ("1e15", "1000000000000000.0"),
        ("123456789012345680.0", "1.2345678901234568e+17"), ("5e-324", "5e-324"), ("1e100", "1e+100"),
        ("[NaN,-Infinity,Infinity]", "[NaN, -Infinity, Infinity]"),
        (#""é😀\u00e9\ud83d\ude00""#, #""\u00e9\ud83d\ude00\u00e9\ud83d\ude00""#),
        (#""\"\\\/\b\f\n\r\t\u0001\u007f""#, #""\"\\/\b\f\n\r\t\u0001\u007f""#),
        (#""\ud800 \udc00""#, #""\ufffd \ufffd""#), (#"{"é":1,"e\u0301":2}"#, #"{"\u00e9": 1, "e\u0301": 2}"#),
    ])
    func roundTrip(_ text: String, written: String) throws {
        #expect(try rewritten(text) == written)
    }

    @Test(arguments: [
        ("", 1, 1), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8), ("{\n  \"é\": x\n}", 2, 8), ("01", 1, 2), ("1.", 1, 2),
        ("[1 2]", 1, 4), ("\"a", 1, 1), ("\"a\nb\"", 1, 3), ("\"\\x\"", 1, 3), ("\"\\u12G4\"", 1, 6), ("+1", 1, 1),
        ("nul", 1, 1), ("{'a': 1}", 1, 2), ("{\"a\" 1}", 1, 6), ("[", 1, 2), ("-", 1, 1), ("\u{FEFF}{}", 1, 1),
    ])
    func errors(_ text: String, line: Int, column: Int) throws {
        let error = #expect(throws: JSONSyntaxError.self) { try rewritten(text) }
        #expect(error?.line == line, "\(String(describing: error))")
        #expect(error?.column == column, "\(String(describing: error))")
    }

    @Test func otherOctetsThanUTF8() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array("[\n\"".utf8) + [0xFF]) }
        #expect(error?.description == "line 2, column 2: expected UTF-8, found another octet: save the text as UTF-8")
    }

    @Test func depthIsLimited() throws {
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(try rewritten(nested(500)) == nested(500))
        #expect(throws: JSONSyntaxError.self) { try rewritten(nested(501)) }
        #expect(throws: JSONSyntaxError.self) { try rewritten(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func integersAreLimited() {
        #expect(throws: JSONSyntaxError.self) { try rewritten(String(repeating: "1", count: 4301)) }
        #expect(throws: Never.self) { try rewritten("-" + String(repeating: "1", count: 4300)) }
    }
}
