import Testing

@testable import OsloConfig

@Suite("References in a value")
struct TemplateTests {
    @Test(
        "What is a reference and what is not",
        arguments: [
            ("plain", [.text("plain")]), ("", []), ("$a", [.reference("a")]), ("${a}b", [.reference("a"), .text("b")]),
            ("x$a/y", [.text("x"), .reference("a"), .text("/y")]), ("$g.a", [.reference("g.a")]),
            ("$a.txt", [.reference("a.txt")]), ("${a}.txt", [.reference("a"), .text(".txt")]),
            ("$A_1-b", [.reference("A_1"), .text("-b")]), ("$a$b", [.reference("a"), .reference("b")]),
            ("$$a", [.text("$a")]), (#"\$a"#, [.text("$a")]), (#"x\$y"#, [.text("x$y")]), ("$1", [.text("$1")]),
            ("x$", [.text("x$")]), ("${a", [.text("${a")]), ("$.a", [.text("$.a")]), ("$ß", [.text("$ß")]),
            (#"\$$a"#, [.text("$"), .reference("a")]), ("$$$$", [.text("$$")]),
        ] as [(String, [Template.Piece])])
    func pieces(text: String, pieces: [Template.Piece]) {
        #expect(Template(text).pieces == pieces)
    }
}
