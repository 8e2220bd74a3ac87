import InstanceModel
import Testing

@Suite struct IdentifierTests {
    private let text = "32d0524b-314d-4594-b3a3-607e3f2354f8"

    @Test func readsBothCasesAndPrintsLower() {
        #expect(InstanceID(text)?.description == text)
        #expect(InstanceID(text.uppercased()) == InstanceID(text))
    }

    @Test(arguments: [
        "", "32d0524b314d4594b3a3607e3f2354f8", "32d0524b-314d-4594-b3a3-607e3f2354f",
        "32d0524b-314d-4594-b3a3-607e3f2354fg",
        "32d0524b_314d_4594_b3a3_607e3f2354f8", "32d0524b-314d-4594-b3a3--07e3f2354f8",
        "{32d0524b-314d-4594-b3a3-607e3f2354}",
    ])
    func refusesOtherText(text: String) {
        #expect(InstanceID(text) == nil)
    }

    @Test func scopesHaveText() throws {
        let scope = Scope.router(try #require(RouterID(text)))
        #expect(scope.description == "router:\(text)")
        #expect(Scope(scope.description) == scope)
        for other in ["", "router:", "router", "net:\(text)", text] { #expect(Scope(other) == nil) }
    }
}
