import Testing

@testable import OsloConfig

@Suite("The text of a configuration file")
struct ConfigTextTests {
    private func entries(_ text: String) -> [String] {
        ConfigText.parse(text, file: "f").sections.entries.map { "\($0.option)=\($0.value)@\($0.location.line ?? 0)" }
    }

    private func mistakes(_ text: String) -> [String] {
        ConfigText.parse(text, file: "f").mistakes.map(\.description)
    }

    @Test("Groups, both assignment signs, comments and empty lines")
    func ordinaryFile() {
        let text = """
            # a comment
            [DEFAULT]
            debug = true
            ; another comment
            log_dir: /var/log/nova

            [neutron]
            url = http://a:9696/
            """
        #expect(
            entries(text) == [
                "[DEFAULT] debug=true@3", "[DEFAULT] log_dir=/var/log/nova@5", "[neutron] url=http://a:9696/@8",
            ])
        #expect(mistakes(text).isEmpty)
    }

    // What oslo.config 10.7 makes of each text.
    @Test(
        "Values are kept as oslo.config keeps them",
        arguments: [
            ("a = x", "x"), ("a=", ""), ("a:x=y", "x=y"), ("a=x:y", "x:y"), ("a = x # y", "x # y"),
            ("a = \"x y\"", "x y"), ("a = 'x y'", "x y"), ("a = 'x\"", "'x\""), ("a = \"", ""),
            ("a = \"a\",\"b\"", "a\",\"b"),
            ("a = x\n  y", "x\ny"), ("a = \"x\"\n\t\"y\"", "x\n\"y\""), ("a =\n  x,\n  y", "\nx,\ny"),
            ("a = x\n  # y", "x\n# y"), ("a = b\\nc", "b\\nc"), ("a \t =\u{A0}x \u{3000}", "x"), ("a = ‘x’", "‘x’"),
        ])
    func values(text: String, value: String) {
        #expect(ConfigText.parse("[g]\n" + text, file: "f").sections.entries.map(\.value) == [value])
    }

    @Test("Every form of line end is one line end", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) {
        #expect(entries(["[g]", "a = 1", "  2", "", "b = 3"].joined(separator: end)) == ["[g] a=1\n2@2", "[g] b=3@5"])
    }

    @Test("A repeated option is kept as often as it is written, and a group may be begun again")
    func repetition() {
        #expect(entries("[g]\na=1\na=2\n[h]\n[g]\na=3") == ["[g] a=1@2", "[g] a=2@3", "[g] a=3@6"])
    }

    @Test("Group names have no case, except that of the default group; option names have")
    func letterCase() {
        #expect(entries("[Neutron]\nA=1\n[default]\na=2") == ["[neutron] A=1@2", "[default] a=2@4"])
    }

    @Test(
        "A line that means nothing is a mistake, named with its line",
        arguments: [
            ("a = 1", "f:1: “a” is in no group; expected a line “[group]”, such as “[DEFAULT]”, before it"),
            ("[g]\nword", "f:2: expected “name = value”, “[group]” or a comment"),
            ("[g]\n= 1", "f:2: expected an option's name before “=”"),
            ("[g", "f:1: expected “[group]”, a name between brackets with nothing after it"),
            ("[]", "f:1: expected “[group]”, a name between brackets with nothing after it"),
            ("[g] # c", "f:1: expected “[group]”, a name between brackets with nothing after it"),
            (
                "[g]\n a = 1",
                "f:2: an indented line continues the value above it, and there is none; remove the indentation"
            ),
            (
                "[g]\na = 1\n# c\n b",
                "f:4: an indented line continues the value above it, and there is none; remove the indentation"
            ),
        ])
    func brokenLines(text: String, mistake: String) {
        #expect(mistakes(text) == [mistake])
    }

    @Test("Reading goes on after a mistake, and what follows from one is not another")
    func severalMistakes() {
        let text = "a = 1\n  more\n[g\nb = 2\n  more\n[g]\nword\n  more\nc = 3"
        #expect(mistakes(text).map { String($0.prefix(4)) } == ["f:1:", "f:3:", "f:7:"])
        #expect(entries(text) == ["[g] c=3@9"])
    }

    @Test("A broken line is not quoted, since it may hold a secret")
    func brokenLinesAreNotQuoted() {
        let found = mistakes("[neutron]\nmetadata_proxy_shared_secret s3cret\n[s3cret")
        #expect(found.count == 2)
        #expect(!found.contains { $0.contains("s3cret") })
    }
}
