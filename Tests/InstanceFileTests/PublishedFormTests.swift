import Foundation
@testable import InstanceFile
import InstanceModel
import Testing

@Suite("Schema, examples and documentation")
struct PublishedFormTests {
    private static let tables: [String: [String]] = [
        "": FileDraft.fields.names,
        "network": NetworkDraft.fields.names, "subnet": SubnetDraft.fields.names, "route": HostRoute.fields.names,
        "router": RouterDraft.fields.names, "instance": InstanceDraft.fields.names,
        "imageRecord": BootImage.imageFields.names, "kernelRecord": BootImage.kernelFields.names,
        "ramdiskRecord": BootImage.ramdiskFields.names, "keyPair": KeyPair.fields.names,
        "blockDevice": BlockDevice.fields.names, "port": PortDraft.fields.names, "fixedIP": AddressDraft.fields.names,
        "nic": DeviceDraft.nicFields.names, "disk": DeviceDraft.diskFields.names,
        "share": DeviceDraft.shareFields.names,
    ]

    private func schema() throws -> [String: Any] {
        let data = Data(try Repository.text("Schemas/instances.schema.json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func schemaHasExactlyTheFieldsThatAreRead() throws {
        let schema = try schema()
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        var published = definitions.compactMapValues { $0["properties"] as? [String: Any] }
        published[""] = schema["properties"] as? [String: Any]
        #expect(Set(published.keys) == Set(Self.tables.keys))
        for (name, properties) in published {
            #expect(Set(properties.keys) == Set(Self.tables[name] ?? []), "\(name)")
        }
        #expect(schema["$id"] as? String == "urn:metapath:instances:1")
    }

    @Test func everyFieldIsDocumented() throws {
        let page = try Repository.text("docs/instances.md")
        for name in Set(Self.tables.values.joined()) {
            #expect(page.contains("`\(name)") || page.contains("\(name):") || page.contains(", \(name)"), "\(name)")
        }
    }

    @Test func everyExampleOfTheDocumentationIsValid() throws {
        let page = try Repository.text("docs/instances.md")
        let blocks = page.matches(of: /```(?:yaml|json)\n((?s).*?)```/).map { String($0.1) }
        #expect(blocks.count >= 5)
        let known = try InstanceFile.parse(try #require(blocks.first), fileName: "docs/instances.md")
        for block in blocks {
            #expect(throws: Never.self) { try InstanceFile.parse(block, fileName: "docs/instances.md", known: known) }
        }
    }

    @Test func documentedMistakesAreTheRealOnes() throws {
        let text = """
            instances:
              - name: web-1
                project: demo
                ports:
                  - {network: blue, ip: 10.0.0.999}
                imgae: ubuntu
            """
        let known = try InstanceFile.parse(try Repository.text("Examples/minimal.yaml"), fileName: "x")
        let page = try Repository.text("docs/instances.md")
        let found = mistakes(text, known: known)
        #expect(found.count == 2)
        for mistake in found { #expect(page.contains("web.yaml" + mistake.dropFirst()), "\(mistake)") }
    }

    @Test func examplesAreValid() throws {
        let demo = try InstanceFile.parse(try Repository.text("Examples/instances.yaml"), fileName: "instances.yaml")
        #expect(demo.instances.map(\.name) == ["test0", "test1", "test2", "test3"])
        #expect(demo.instances[0].ports[0].fixedIPs[0].address == demo.instances[1].ports[0].fixedIPs[0].address)
        #expect(demo.instances[0].projectID != demo.instances[1].projectID)
        #expect(demo.instances[3].ports[0].macAddress?.linkLocalAddress.description == "fe80::f816:3eff:fe00:33")
        #expect(throws: Never.self) {
            try InstanceFile.parse(try Repository.text("Examples/minimal.yaml"), fileName: "minimal.yaml")
        }
    }
}
