import InstanceFile
import InstanceModel
import Testing

@Suite("Reading")
struct ParseTests {
    @Test func fiveLinesMakeAnInstance() throws {
        let known = Catalogue(networks: [
            Network(id: NetworkID(high: 1, low: 2), name: "blue", mtu: 1450, subnets: [Subnet(cidr: "10.0.0.0/24")])
        ])
        let text = """
            instances:
              - name: Web_1.Example
                project: demo
                ports:
                  - {network: blue, ip: 10.0.0.5}
            """
        let instance = try #require(try InstanceFile.parse(text, fileName: "x", known: known).instances.first)
        #expect(instance.name == "Web_1.Example")
        #expect(instance.hostname == "web-1-example")
        #expect(instance.ec2Number == 0)
        #expect(instance.launchIndex == 0)
        #expect(instance.reservationID == "r-" + instance.id.description.prefix(8))
        #expect(instance.availabilityZone == "nova")
        #expect(instance.rootDeviceName == "/dev/vda")
        #expect(instance.userData == nil && instance.image == nil && instance.keyName == nil)
        let port = try #require(instance.ports.first)
        #expect(port.macAddress?.description.hasPrefix("fa:16:3e:") == true)
        #expect(port.type == "ovs")
        #expect(port.deviceName == "tap" + port.id.description.prefix(11))
        #expect(port.network == PortNetwork(known.networks[0], fixedIPs: [FixedIP(address: "10.0.0.5")]))
    }

    @Test func derivedIDsAreThoseOfTheDocumentedNames() throws {
        let catalogue = try InstanceFile.parse(onBlue, fileName: "x")
        #expect(catalogue.networks[0].id.description == "43130d1e-ded3-58fa-9fce-b31b2620d56a")
        #expect(catalogue.instances[0].id.description == "26684ac0-8c7a-59ab-b027-bad399202a9e")
    }

    @Test(arguments: [
        ("web-1", "web-1"), ("Größe X", "gre-x"), ("-a.b_c-", "a-b-c"),
        (String(repeating: "a", count: 70), String(repeating: "a", count: 63)),
    ])
    func hostnameIsMadeFromTheName(name: String, hostname: String) throws {
        let text = "instances: [{name: \"\(name)\", project: demo}]"
        #expect(try InstanceFile.parse(text, fileName: "x").instances.first?.hostname == hostname)
    }

    @Test func hostnameOfNothingIsTheID() throws {
        let instance = try #require(
            try InstanceFile.parse("instances: [{name: 東京, project: demo}]", fileName: "x").instances.first)
        #expect(instance.hostname == "server-\(instance.id)")
    }

    @Test func textIsTakenAsItIsWritten() throws {
        let metadata = try instance("metadata: {a: no, b: 1.0, c: 0x1F, d: true, e: '', f: \"null\", 7: ~x}").metadata
        #expect(metadata.map(\.key) == ["a", "b", "c", "d", "e", "f", "7"])
        #expect(metadata.map(\.value) == ["no", "1.0", "0x1F", "true", "", "null", "~x"])
    }

    @Test func nullIsAValueWhereNovaHasOne() throws {
        let nothing = try instance(
            "hostname: null", "launch_index: ~", "reservation_id:", "availability_zone: null", "root_device: null")
        #expect(nothing.hostname == nil && nothing.launchIndex == nil && nothing.reservationID == nil)
        #expect(nothing.availabilityZone == nil && nothing.rootDeviceName == nil)
        let port = try #require(
            try instance("ports: [{network: blue, mac: null, type: null, device: null}]").ports.first)
        #expect(port.macAddress == nil && port.type == nil && port.deviceName == nil)
    }

    @Test func nullElsewhereIsAbsence() throws {
        let plain = try instance()
        #expect(try instance("image: null", "ports:", "metadata: ~", "user_data: null", "key_pair:") == plain)
    }

    @Test func userDataHasThreeForms() throws {
        #expect(try instance("user_data: \"a\\r\\n\"").userData == Array("a\r\n".utf8))
        #expect(try instance("user_data: ''").userData == [])
        #expect(try instance("user_data_base64: AP/+ gA==").userData == [0, 255, 254, 128])
        let text = onBlue + "\n    user_data_file: boot.sh"
        let catalogue = try InstanceFile.parse(text, fileName: "x") { name in Array("contents of \(name)".utf8) }
        #expect(catalogue.instances[0].userData == Array("contents of boot.sh".utf8))
    }

    @Test func keyPairIsTheKeyOfBothTrees() throws {
        let pair = try instance("key_pair: {name: mine, public_key: ssh-rsa AAAA}")
        #expect(pair.keyName == "mine" && pair.keyData == "ssh-rsa AAAA")
        #expect(pair.keyPair == KeyPair(name: "mine", type: "ssh", publicKey: "ssh-rsa AAAA"))
        let odd = try instance("key_pair: {name: mine, type: x509, public_key: a}", "key_name: other", "key_data: null")
        #expect(odd.keyName == "other" && odd.keyData == nil && odd.keyPair?.type == "x509")
    }

    @Test func devicesAndCPUs() throws {
        let all = try instance(
            "devices:",
            "  - {type: nic, mac: FA-16-3E-00-00-01, vlan: 7, trusted: true, bus: pci, address: '0000:00:02.0'}",
            "  - {type: disk, serial: null, tags: []}",
            "  - {type: share, share_id: s, tag: t, tags: [a, b]}",
            "dedicated_cpus: [3, 1, 3]")
        #expect(
            all.devices == [
                Device(
                    kind: .nic(mac: "fa:16:3e:00:00:01", vlan: 7, trusted: true),
                    bus: .init(kind: .pci, address: "0000:00:02.0")),
                Device(kind: .disk(serial: .null, path: .absent), tags: []),
                Device(kind: .share(shareID: "s", tag: "t"), tags: ["a", "b"]),
            ])
        #expect(all.dedicatedCPUs == [1, 3])
    }

    @Test func jsonIsRead() throws {
        let text = #"{"instances":[{"name":"a\/b","project":"p","metadata":{"e":"\ud83d\ude00 \\ud83d\\ude00"}}]}"#
        let instance = try #require(try InstanceFile.parse(text, fileName: "x").instances.first)
        #expect(instance.name == "a/b")
        #expect(instance.metadata == [MetadataItem(key: "e", value: "\u{1F600} \\ud83d\\ude00")])
        let indented = "{\n\t\"instances\": [\n\t\t{\"name\": \"a\", \"project\": \"p\"}\n\t]\n}"
        #expect(try InstanceFile.parse(indented, fileName: "x").instances.count == 1)
    }

    @Test func fileHidesNameOfTheStoreAndIDFindsBoth() throws {
        let stored = Network(id: NetworkID(high: 1, low: 2), name: "blue", subnets: [Subnet(cidr: "10.0.0.0/24")])
        let text =
            onBlue + """

                    ports:
                      - {network: blue, ip: 10.0.0.5}
                      - {network: \(stored.id), ip: 10.0.0.5}
                """
        let catalogue = try InstanceFile.parse(text, fileName: "x", known: Catalogue(networks: [stored]))
        #expect(catalogue.instances[0].ports.map { $0.network?.id } == [catalogue.networks[0].id, stored.id])
    }

    @Test func portsOfOneNetworkHaveMACAddressesOfTheirOwn() throws {
        let instances = (0..<9000).map { "- {name: i\($0), project: p, ports: [{network: blue}]}" }
        let text = "networks: [{name: blue}]\ninstances:\n" + instances.joined(separator: "\n")
        let catalogue = try InstanceFile.parse(text, fileName: "x")
        #expect(Set(catalogue.instances.map { $0.ports[0].macAddress }).count == 9000)
        let again = try InstanceFile.parse(InstanceFile.yaml(catalogue), fileName: "x")
        #expect(again == catalogue)
    }

    @Test func aliasesRepeatValues() throws {
        let text = """
            instances:
              - {name: a, project: &p demo, user_data: &u "#!/bin/sh"}
              - {name: b, project: *p, user_data: *u}
            """
        let instances = try InstanceFile.parse(text, fileName: "x").instances
        #expect(instances.map(\.projectID) == ["demo", "demo"])
        #expect(instances[1].userData == instances[0].userData)
    }
}
