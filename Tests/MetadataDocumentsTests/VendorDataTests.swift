import InstanceModel
import MetadataDocuments
import Testing

/// Contract nova.md §8.
struct VendorDataTests {
    private func body(_ providers: [VendorDataProvider], _ dynamic: [(String, String)]) -> String {
        let targets = dynamic.map { VendorData2.Target(name: $0, document: Array($1.utf8)) }
        let body = VendorData2.body(providers: providers, static: Array(#"{"s": 1}"#.utf8), dynamic: targets)
        return String(decoding: body, as: UTF8.self)
    }

    @Test func orderOfProviders() {
        #expect(body([], [("a", "1")]) == "{}")
        #expect(body([.staticJSON], [("a", "1")]) == #"{"static": {"s": 1}}"#)
        #expect(body([.staticJSON, .dynamicJSON], [("a", "1")]) == #"{"static": {"s": 1}, "a": 1}"#)
        #expect(
            body([.dynamicJSON, .staticJSON], [("a", "1"), ("b", "[]")]) == #"{"a": 1, "b": [], "static": {"s": 1}}"#)
    }

    @Test func repeatedNames() {
        #expect(body([.dynamicJSON], [("a", "1"), ("a", "2")]) == #"{"a": 1}"#)
        #expect(body([.staticJSON, .dynamicJSON], [("static", "1")]) == #"{"static": {"s": 1}}"#)
        #expect(
            body([.dynamicJSON, .staticJSON], [("static", "1"), ("b", "2")]) == #"{"static": {"s": 1}, "b": 2}"#)
    }

    @Test func requestIsKeptOnlyForDynamicTargets() {
        let settings = DocumentSettings(vendorDataProviders: [.dynamicJSON])
        let documents = InstanceDocuments(.example(), settings: settings)
        #expect(documents.vendorDataRequest == VendorData2.dynamicRequestBody(for: .example()))
        #expect(InstanceDocuments(.example()).vendorDataRequest == nil)
    }

    @Test func requestForAnInstanceWithLittle() {
        let body = VendorData2.dynamicRequestBody(for: .minimal())
        #expect(
            String(decoding: body, as: UTF8.self) == #"""
                {"project-id": "proj1", "instance-id": "11111111-1111-4111-8111-111111111111", "image-id": "", \#
                "user-data": null, "hostname": null, "metadata": {}, "boot-roles": ""}
                """#)
    }
}

/// `vendor_data2.json` as real Nova composed it.
@Suite(.enabled(if: Oracle.isPresent, "Nova's recorded answers are not here: set METAPATH_ORACLE to their directory"))
struct VendorDataContractTests {
    private func members(_ value: JSONValue) -> [JSONValue.Member] {
        if case .object(let members) = value { members } else { [] }
    }

    /// One of the recorded targets answers with the request that it got.
    @Test func requestsAndComposition() throws {
        let instances = try Oracle.instances()
        let file = try ContractTests.vendorDataFile().serialised()
        var compared = 0
        for recording in try Oracle.recordings(in: "golden-profiles/vendordata") {
            let instance = try #require(instances[recording.instance])
            for exchange in recording.exchanges where Route(exchange.target) == .vendorData2 {
                let recorded = exchange.response.bytes
                let targets = try members(JSONValue(parsing: recorded)).filter { $0.key != "static" }
                let echo = try #require(targets.first { $0.key == "echo" })
                let request = try #require(members(echo.value).first { $0.key == "request" })
                #expect(request.value.serialised() == VendorData2.dynamicRequestBody(for: instance))
                let body = VendorData2.body(
                    providers: [.staticJSON, .dynamicJSON], static: file,
                    dynamic: targets.map { VendorData2.Target(name: $0.key, document: $0.value.serialised()) })
                #expect(body == recorded)
                compared += 1
            }
        }
        #expect(compared == 12)
    }
}
