import InstanceModel
import Testing

@testable import MetadataDocuments

struct MetaDataTests {
    private func body(_ instance: Instance, _ version: OpenStackVersion) throws -> String {
        let path = "/openstack/\(version.name)/meta_data.json"
        let bytes = try #require(InstanceDocuments(instance).reply(to: Route(path), context: .test())).bytes
        return String(decoding: withoutSeed(bytes), as: UTF8.self)
    }

    private func keys(_ version: OpenStackVersion) throws -> [String] {
        let value = try JSONValue(parsing: Array(body(.example(), version).utf8))
        return if case .object(let members) = value { members.map(\.key) } else { [] }
    }

    private static let oldest = [
        "uuid", "meta", "public_keys", "keys", "hostname", "name", "launch_index", "availability_zone",
    ]

    @Test(arguments: [
        (OpenStackVersion.v2012_08_10, [String]()), (.v2013_04_04, ["random_seed"]), (.v2013_10_17, ["random_seed"]),
        (.v2015_10_15, ["random_seed", "project_id"]), (.v2016_06_30, ["random_seed", "project_id", "devices"]),
        (.v2018_08_27, ["random_seed", "project_id", "devices"]),
        (.v2020_10_14, ["random_seed", "project_id", "devices", "dedicated_cpus"]),
        (.v2025_04_04, ["random_seed", "project_id", "devices", "dedicated_cpus"]),
    ])
    func keysOfVersions(_ version: OpenStackVersion, added: [String]) throws {
        #expect(try keys(version) == Self.oldest + added)
    }

    @Test func missingValues() throws {
        #expect(
            try body(.minimal(), .latest) == #"""
                {"uuid": "11111111-1111-4111-8111-111111111111", "hostname": null, "name": null, \#
                "launch_index": null, "availability_zone": null, "random_seed": "*", "project_id": "proj1", \#
                "devices": [], "dedicated_cpus": []}
                """#)
    }

    @Test func seedIsNewForEveryRequest() throws {
        let documents = InstanceDocuments(.example())
        let context = DocumentContext.test()
        let route = Route.metaData(.latest)
        let first = try #require(documents.reply(to: route, context: context))
        let second = try #require(documents.reply(to: route, context: context))
        #expect(first.bytes != second.bytes)
        #expect(first.bodyCount == second.bodyCount)
        #expect(withoutSeed(first.bytes) == withoutSeed(second.bytes))
        #expect(first.contentType == .json)
    }

    @Test func repeatedMetadataKeys() throws {
        var instance = Instance.minimal()
        instance.metadata = [("a", "1"), ("é", "composed"), ("a", "2"), ("e\u{301}", "decomposed")]
            .map { MetadataItem(key: $0, value: $1) }
        #expect(
            try body(instance, .latest).contains(
                #""meta": {"a": "2", "\u00e9": "composed", "e\u0301": "decomposed"}, "#))
    }

    @Test func keysNeedBothNameAndPair() throws {
        var instance = Instance.example()
        instance.keyName = ""
        #expect(try !body(instance, .latest).contains("keys"))
        instance = .example()
        instance.keyPair = nil
        #expect(try !body(instance, .latest).contains("keys"))
    }

    /// Contract nova.md §5.4.
    @Test func devicesOfVersions() throws {
        var instance = Instance.minimal()
        let pci = Device.Bus(kind: .pci, address: "0000:0A:00.0")
        instance.devices = [
            Device(kind: .nic(mac: "FA-16-3E-00-00-01", vlan: nil, trusted: nil), bus: pci),
            Device(
                kind: .nic(mac: "fa:16:3e:00:00:02", vlan: 7, trusted: true),
                bus: Device.Bus(kind: .xen, address: nil)),
            Device(kind: .nic(mac: "fa:16:3e:00:00:03", vlan: nil, trusted: false), tags: []),
            Device(kind: .disk(serial: .null, path: .text("/dev/sda")), tags: ["a", "b"]),
            Device(kind: .share(shareID: "s", tag: "t"), tags: nil),
        ]
        let first = #""type": "nic", "mac": "fa:16:3e:00:00:01", "bus": "pci", "address": "0000:0a:00.0"}"#
        let second = #""type": "nic", "mac": "fa:16:3e:00:00:02", "bus": "xen", "address": "none"}"#
        let third = #""type": "nic", "mac": "fa:16:3e:00:00:03", "bus": "none", "address": "none", "tags": []}"#
        let disk = #"""
            {"type": "disk", "serial": null, "path": "/dev/sda", "bus": "none", "address": "none", "tags": ["a", "b"]}
            """#
        let share = #"{"type": "share", "share_id": "s", "tag": "t", "bus": "none", "address": "none"}"#
        let expected: [OpenStackVersion: String] = [
            .v2016_10_06: "{\(third), \(disk)",
            .v2017_02_22: "{\"vlan\": 7, \(second), {\(third), \(disk)",
            .v2020_10_14: """
            {"vf_trusted": false, \(first), {"vlan": 7, "vf_trusted": true, \(second), \
            {"vf_trusted": false, \(third), \(disk)
            """,
            .v2025_04_04: """
            {"vf_trusted": false, \(first), {"vlan": 7, "vf_trusted": true, \(second), \
            {"vf_trusted": false, \(third), \(disk), \(share)
            """,
        ]
        for (version, devices) in expected {
            #expect(try body(instance, version).contains("\"devices\": [\(devices)]"), "\(version)")
        }
    }

    /// A hundred thousand instances have to fit into 400 MB.
    @Test func sizeOfAnOrdinaryInstance() {
        var instance = Instance.example()
        instance.keyData = "ssh-rsa " + String(repeating: "A", count: 372) + " user@host"
        instance.keyPair = KeyPair(name: "mykey", publicKey: instance.keyData ?? "")
        instance.userData = nil
        instance.devices = []
        #expect(InstanceDocuments(instance).byteCount < 2_300)
    }
}
