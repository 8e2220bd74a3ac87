import Identification
import InstanceModel
import Testing

@Suite struct SignedHeadersTests {
    private let id = "32d0524b-314d-4594-b3a3-607e3f2354f8"
    private let rule = SignedHeaders(secrets: SharedSecrets(current: "s3cret"))

    private func identify(_ instanceID: String?, _ signature: String?, _ tenantID: String?) -> Result<
        InstanceID, Refusal
    > {
        func bytes<R>(_ text: String?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
            text.map { Array($0.utf8).withUnsafeBytes(body) } ?? body(nil)
        }
        return bytes(instanceID) { instanceID in
            bytes(signature) { signature in
                bytes(tenantID) { rule.instanceID(instanceID: instanceID, signature: signature, tenantID: $0) }
            }
        }
    }

    @Test func checksInTheContractsOrder() {
        #expect(identify(nil, nil, nil) == .failure(.missingInstanceID))
        #expect(identify(id, nil, nil) == .failure(.missingSignature))
        #expect(identify(id, "", nil) == .failure(.missingTenantID))
        #expect(identify(id, "", "") == .failure(.wrongSignature))
        #expect(identify("", rule.secrets.signature(of: ""), "") == .failure(.unknownInstance))
        #expect(identify(id, rule.secrets.signature(of: id), "") == .success(InstanceID(id)!))
    }

    @Test func readsAnyCaseOfTheIDButSignsItsText() {
        let upper = id.uppercased()
        #expect(identify(upper, rule.secrets.signature(of: upper), "p") == .success(InstanceID(id)!))
        #expect(identify(upper, rule.secrets.signature(of: id), "p") == .failure(.wrongSignature))
    }

    @Test func oneInstanceOrNone() throws {
        let first = try #require(InstanceID(id))
        let second = InstanceID(high: 1, low: 2)
        #expect(PortMatch.instance(among: []) == .failure(.noPort))
        #expect(PortMatch.instance(among: [first, first]) == .success(first))
        #expect(PortMatch.instance(among: [first, second]) == .failure(.severalPorts(found: 2)))
    }
}
