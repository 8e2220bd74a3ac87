import Testing

@testable import Doctor

@Suite("Published defects are named where the symptoms fit")
struct KnownDefectTests {
    @Test(arguments: [("29.0.0", "five connections"), ("2:26.0.0-0ubuntu1", "no release is known"), ("25.9.9", "")])
    func ofTheBacklog(version: String, part: String) {
        let notes = KnownDefect.notes(on: finding(.agentSocketFull), [Release(.neutron, version)].compactMap(\.self))
        #expect(part.isEmpty ? notes.isEmpty : notes.contains(part))
    }

    @Test func mendedOnesAreNotNamed() throws {
        #expect(try notes(.resolverFails, .neutron, "26.0.0").contains("26.0.1 mends it"))
        #expect(try !notes(.resolverFails, .neutron, "26.0.1").contains("does not know"))
        #expect(try notes(.novaUnreachable, .neutron, "25.0.0").isEmpty)
        #expect(try notes(.secretRefused, .nova, "33.0.2").contains("34 mends it"))
        #expect(try notes(.secretRefused, .nova, "34.0.0").isEmpty)
        #expect(try notes(.secretRefused, .haproxy, "2.6.12").isEmpty)
        #expect(KnownDefect.notes(on: finding(.resolverFails), []).isEmpty)
        #expect(Release(.neutron, "unknown") == nil)
    }

    @Test func oneIsNamedOnlyWhereItShows() throws {
        let agent = [try #require(Release(.neutron, "29.0.0"))]
        #expect(
            KnownDefect.notes(on: finding(.otherStatus, "/: 503 through the path"), agent).contains("five connections"))
        #expect(KnownDefect.notes(on: finding(.otherStatus, "/: 500 through the path"), agent).isEmpty)
    }

    private func notes(_ code: FindingCode, _ product: Release.Product, _ version: String) throws -> String {
        KnownDefect.notes(on: finding(code), [try #require(Release(product, version))])
    }

    private func finding(_ code: FindingCode, _ evidence: String = "") -> Finding {
        Finding(code, "test0", "", evidence: evidence, remedy: .command("true"))
    }

    @Test func haproxySaysItsVersionInTwoWays() {
        #expect(
            Release.haproxysVersion("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/") == "2.6.12")
        #expect(Release.haproxysVersion("HA-Proxy version 2.0.13-2 2020/04/01") == "2.0.13")
        #expect(Release.haproxysVersion("usage") == nil)
    }
}
