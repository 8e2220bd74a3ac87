import InstanceFile
import InstanceModel
import Testing

@Suite("Mistakes")
struct MistakeTests {
    /// What is written, and the only thing that is said about it.
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let description: String

        init(_ text: String, at place: String, expected: String, found: String) {
            self.text = text
            self.description = "x:\(place): expected \(expected), found \(found)"
        }

        var testDescription: String { text }
    }

    /// A line within the instance of ``onBlue``, which becomes the ninth, and what is said about it.
    @Test(arguments: [
        Case(
            "imgae: x", at: "9:5: instances[0].imgae",
            expected: "the field “image”",
            found: "“imgae”"),
        Case(
            "id: 32d0524b", at: "9:9: instances[0].id",
            expected: "a UUID such as 32d0524b-314d-4594-b3a3-607e3f2354f8",
            found: "“32d0524b”"),
        Case(
            "ec2_id: ami-00000001", at: "9:13: instances[0].ec2_id",
            expected: "an id such as i-0000000a",
            found: "“ami-00000001”"),
        Case(
            "ec2_id: i-00000000", at: "9:13: instances[0].ec2_id",
            expected: "an id such as i-0000000a",
            found: "“i-00000000”"),
        Case(
            "launch_index: first", at: "9:19: instances[0].launch_index",
            expected: "a number from 0 to 2147483647",
            found: "“first”"),
        Case(
            "hostname: [a]", at: "9:15: instances[0].hostname",
            expected: "text",
            found: "a list"),
        Case(
            "user_data: {a: b}", at: "9:16: instances[0].user_data",
            expected: "text",
            found: "a mapping"),
        Case(
            "user_data_base64: a", at: "9:23: instances[0].user_data_base64",
            expected: "bytes in Base64",
            found: "“a”"),
        Case(
            "user_data: !!binary aGk=", at: "9:16: instances[0].user_data",
            expected: "text without a tag",
            found: "the tag tag:yaml.org,2002:binary"),
        Case(
            "metadata: [a]", at: "9:15: instances[0].metadata",
            expected: "a mapping",
            found: "a list"),
        Case(
            "metadata: {a: null}", at: "9:19: instances[0].metadata.a",
            expected: "text",
            found: "null"),
        Case(
            "security_groups: default", at: "9:22: instances[0].security_groups",
            expected: "a list of texts",
            found: "“default”"),
        Case(
            "key_pair: {name: k}", at: "9:15: instances[0].key_pair.public_key",
            expected: "the public key",
            found: "nothing"),
        Case(
            "key_pair: {name: k, public_key: k, type: dsa}", at: "9:46: instances[0].key_pair.type",
            expected: "one of ssh, x509",
            found: "“dsa”"),
        Case(
            "image: {ec2_id: ami-00000001}", at: "9:12: instances[0].image.id",
            expected: "the image's id",
            found: "nothing"),
        Case(
            "block_devices: [{source: image, destination: moon}]",
            at: "9:50: instances[0].block_devices[0].destination",
            expected: "one of local, volume",
            found: "“moon”"),
        Case(
            "devices: [{type: cpu}]", at: "9:22: instances[0].devices[0].type",
            expected: "one of nic, disk, share",
            found: "“cpu”"),
        Case(
            "devices: [{mac: x}]", at: "9:15: instances[0].devices[0].type",
            expected: "one of nic, disk, share",
            found: "nothing"),
        Case(
            "devices: [{type: disk, vlan: 3}]", at: "9:28: instances[0].devices[0].vlan",
            expected: "one of the fields type, bus, address, tags, serial, path",
            found: "“vlan”"),
        Case(
            "devices: [{type: disk, address: a}]", at: "9:15: instances[0].devices[0].bus",
            expected: "the bus that the address is on",
            found: "nothing"),
        Case(
            "ports: [{ip: 10.0.0.5}]", at: "9:13: instances[0].ports[0].network",
            expected: "the name or id of a network",
            found: "nothing"),
        Case(
            "ports: [{network: bleu}]", at: "9:23: instances[0].ports[0].network",
            expected: "the name or id of a known network (“blue”)",
            found: "“bleu”"),
        Case(
            "ports: [{network: blue, ip: 10.0.0.999}]", at: "9:33: instances[0].ports[0].ip",
            expected: "an IPv4 or IPv6 address",
            found: "“10.0.0.999”"),
        Case(
            "ports: [{network: blue, ip: 10.1.0.5}]", at: "9:33: instances[0].ports[0].ip",
            expected: "an address in a subnet of network “blue” (10.0.0.0/24, 2001:db8::/64)",
            found: "“10.1.0.5”"),
        Case(
            "ports: [{network: blue, ips: [10.0.0.5, 10.0.0.5]}]", at: "9:45: instances[0].ports[0].ips[1]",
            expected: "an address that is free on network “blue”",
            found: "“10.0.0.5”, which is at instances[0].ports[0].ips[0] too"),
        Case(
            "ports: [{network: blue, ips: [{address: 10.1.0.5}]}]", at: "9:45: instances[0].ports[0].ips[0].address",
            expected: "an address in a subnet of network “blue” (10.0.0.0/24, 2001:db8::/64)",
            found: "“10.1.0.5”"),
        Case(
            "ports: [{network: blue, ip: 10.0.0.5, ips: [10.0.0.6]}]", at: "9:48: instances[0].ports[0].ips",
            expected: "either ip or ips",
            found: "both"),
        Case(
            "ports: [{network: null, ip: 10.0.0.5}]", at: "9:33: instances[0].ports[0].ip",
            expected: "no address, because the port has no network",
            found: "“10.0.0.5”"),
        Case(
            "ports: [{network: blue, mac: fa:16:3e}]", at: "9:34: instances[0].ports[0].mac",
            expected: "a MAC address such as fa:16:3e:9c:bf:3d",
            found: "“fa:16:3e”"),
        Case(
            "name: web-2", at: "9:5: instances[0].name",
            expected: "every field once",
            found: "“name” again"),
        Case(
            "user_data: a\n    user_data_base64: YQ==", at: "10:23: instances[0].user_data_base64",
            expected: "only one of user_data, user_data_base64 and user_data_file",
            found: "user_data as well"),
        Case(
            "user_data_file: boot.sh", at: "9:21: instances[0].user_data_file",
            expected: "the name of a file that can be read",
            found: "“boot.sh”: other files cannot be read here; use user_data or user_data_base64"),
        Case(
            "dedicated_cpus: [one]", at: "9:22: instances[0].dedicated_cpus[0]",
            expected: "a number from 0 to 65535",
            found: "“one”"),
    ])
    func isNamedWithItsPlace(_ mistake: Case) {
        #expect(mistakes(onBlue + "\n    " + mistake.text) == [mistake.description])
    }

    /// A line within a subnet, which becomes the fourth.
    @Test(arguments: [
        Case(
            "cidr: 10.0.0.0/33", at: "4:15: networks[0].subnets[0].cidr",
            expected: "an address and prefix length such as 10.0.0.0/24",
            found: "“10.0.0.0/33”"),
        Case(
            "gateway: 10.0.0.1", at: "4:9: networks[0].subnets[0].cidr",
            expected: "an address and prefix length such as 10.0.0.0/24",
            found: "nothing"),
        Case(
            "{cidr: 10.0.0.0/24, gateway: \"fe80::1\"}", at: "4:38: networks[0].subnets[0].gateway",
            expected: "an address of the subnet's family, IPv4",
            found: "“fe80::1”"),
        Case(
            "{cidr: 10.0.0.0/24, ipv6_mode: slaac}", at: "4:40: networks[0].subnets[0].ipv6_mode",
            expected: "no IPv6 mode on an IPv4 subnet",
            found: "“slaac”"),
        Case(
            "{cidr: 10.0.0.0/24, dhcp: yes}", at: "4:35: networks[0].subnets[0].dhcp",
            expected: "true or false",
            found: "“yes”"),
        Case(
            "{cidr: 10.0.0.0/24, routes: [{to: 10.1.0.0/16}]}", at: "4:38: networks[0].subnets[0].routes[0].via",
            expected: "an IPv4 or IPv6 address",
            found: "nothing"),
        Case(
            "{cidr: 10.0.0.0/24}\n      - {cidr: 10.0.0.128/25}", at: "5:16: networks[0].subnets[1].cidr",
            expected: "subnets that do not overlap",
            found: "“10.0.0.128/25” beside 10.0.0.0/24"),
    ])
    func ofASubnetIsNamedWithItsPlace(_ mistake: Case) {
        #expect(mistakes("networks:\n  - name: blue\n    subnets:\n      - " + mistake.text) == [mistake.description])
    }

    @Test func allAreReportedAtOnceInTheOrderOfTheFile() {
        let text = """
            networks:
              - name: blue
                mtu: 10
                mtu: 1450
                subnets: [{cidr: 10.0.0.0/24}]
            instances:
              - name: web-1
                ports:
                  - {network: blue, ip: 10.0.0.999, mak: x}
                "name": web-2
              - project: demo
                name: web-3
                id: 7
            extra: 1
            """
        #expect(
            mistakes(text) == [
                "x:3:10: networks[0].mtu: expected a number from 68 to 65535, found “10”",
                "x:4:5: networks[0].mtu: expected every field once, found “mtu” again",
                "x:7:5: instances[0].project: expected the id of the instance's project, found nothing",
                "x:9:29: instances[0].ports[0].ip: expected an IPv4 or IPv6 address, found “10.0.0.999”",
                "x:9:41: instances[0].ports[0].mak: expected the field “mac”, found “mak”",
                "x:10:5: instances[0].name: expected every field once, found “name” again",
                "x:13:9: instances[1].id: expected a UUID such as 32d0524b-314d-4594-b3a3-607e3f2354f8, found “7”",
                "x:14:1: extra: expected one of the fields networks, routers, instances, found “extra”",
            ])
    }

    @Test func recordsThatClash() {
        let text = """
            networks:
              - {name: blue, subnets: [{cidr: 10.0.0.0/24}]}
              - {name: blue}
            routers:
              - {name: r, networks: [blue, green]}
              - {name: r, id: 43130d1e-ded3-58fa-9fce-b31b2620d56a}
            instances:
              - {name: a, project: p, ec2_id: i-00000001, image: {id: x, ec2_id: ami-00000001}}
              - {name: a, project: p, ec2_id: i-00000001, image: {id: y, ec2_id: ami-00000001}}
              - {name: b, project: p, id: 43130d1e-ded3-58fa-9fce-b31b2620d56a, kernel: {id: x, ec2_id: aki-00000002}}
              - {name: c, project: p, id: 43130d1e-ded3-58fa-9fce-b31b2620d56a}
              - {name: null, project: p}
            """
        #expect(
            mistakes(text) == [
                "x:3:5: networks[1].id: expected an id of its own, found the id derived from the same name as networks[0]",
                "x:5:26: routers[0].networks[0]: expected the id of one of the networks with this name: "
                    + "43130d1e-ded3-58fa-9fce-b31b2620d56a, 43130d1e-ded3-58fa-9fce-b31b2620d56a, found “blue”",
                "x:5:32: routers[0].networks[1]: expected the name or id of a known network (“blue”), found “green”",
                "x:9:5: instances[1].id: expected an id of its own, found the id derived from the same project and name "
                    + "as instances[0]",
                "x:9:35: instances[1].ec2_id: expected a number of its own, found that of instances[0]",
                "x:9:54: instances[1].image: expected a number of its own, found that of image “x” at instances[0]",
                "x:10:77: instances[2].kernel: expected the number that instances[0] gives the same image, found another",
                "x:11:31: instances[3].id: expected an id of its own, found the id of instances[2]",
                "x:12:5: instances[4].id: expected a UUID, because the name is null, found nothing",
            ])
    }

    @Test func twoInstancesWithOneAddressOrMAC() {
        let text =
            onBlue + """

                    ports: [{network: blue, ip: 10.0.0.5, mac: fa:16:3e:00:00:01}]
                  - name: web-2
                    project: demo
                    ports: [{network: blue, ip: 10.0.0.5, mac: fa:16:3e:00:00:01}]
                """
        #expect(
            mistakes(text) == [
                "x:12:33: instances[1].ports[0].ip: expected an address that is free on network “blue”, "
                    + "found “10.0.0.5”, which is at instances[0].ports[0].ip too",
                "x:12:48: instances[1].ports[0].mac: expected a MAC address that is free on network “blue”, "
                    + "found “fa:16:3e:00:00:01”, which instances[0].ports[0] has too",
            ])
    }

    @Test(arguments: [
        Case(
            "", at: "1:1",
            expected: "networks, routers or instances",
            found: "nothing"),
        Case(
            "- a", at: "1:1",
            expected: "a mapping with networks, routers, instances",
            found: "a list"),
        Case(
            "hello", at: "1:1",
            expected: "a mapping with networks, routers, instances",
            found: "“hello”"),
        Case(
            "instances: [", at: "2:1",
            expected: "YAML or JSON",
            found: "a fault: while parsing a flow node: did not find expected node content"),
        Case(
            "instances:\n\t- a", at: "2:1",
            expected: "YAML or JSON",
            found: "a fault: while scanning for the next token: found character that cannot start any token"),
        Case(
            "a: 1\n---\nb: 2", at: "2:1",
            expected: "YAML or JSON",
            found: "a fault: expected a single document in the stream: but found another document"),
        Case(
            "instances: \u{1}", at: "1:12",
            expected: "YAML or JSON",
            found: "a fault: control characters are not allowed"),
        Case(
            "instances: *all", at: "1:12",
            expected: "YAML or JSON",
            found: "a fault: found undefined alias"),
    ])
    func unreadableFileIsOneMistake(_ mistake: Case) {
        #expect(mistakes(mistake.text) == [mistake.description])
    }

    @Test func manyMistakesAreCounted() throws {
        let text = "instances:\n" + String(repeating: "- 1\n", count: 1500)
        let error = #expect(throws: InstanceFileError.self) { try InstanceFile.parse(text, fileName: "x") }
        #expect(error?.mistakes.count == 1000 && error?.omitted == 500)
        #expect(error?.description.hasSuffix("\nx: 500 more mistakes are not shown") == true)
    }
}

@Suite("Hostile files")
struct HostileFileTests {
    @Test func depthIsBounded() {
        #expect(mistakes("instances: " + String(repeating: "[", count: 100_000)).count == 1)
        #expect(mistakes(String(repeating: "a: {", count: 100_000)).count == 1)
    }

    @Test func aliasesCannotMultiply() {
        var text = "a0: &a0 {network: blue, ips: [x, x, x, x, x, x, x, x, x]}\n"
        for level in 1...20 {
            let list = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(list)]\n"
        }
        #expect(!mistakes(text + "instances: *a20").isEmpty)
    }

    @Test func repeatedKeysWithoutEnd() {
        let text = "instances:\n- " + String(repeating: "name: a\n  ", count: 500)
        #expect(!mistakes(text).isEmpty)
        #expect(!mistakes("{? a: 1, ? a: 2, : 3, : 4, '': 5, '': 6, *x : 1, [a]: 1, [a]: 2}").isEmpty)
    }

    @Test func mutatedFileNeverCrashes() throws {
        var random = SplitMix(state: 42)
        let signs = Array("{}[]:,-*&!|>'\"%@`?#\n\t 0".utf8)
        let original = Array(try Repository.text("Examples/instances.yaml").utf8)
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(signs.randomElement(using: &random) ?? 0, at: index)
                default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let catalogue = try? InstanceFile.parse(text, fileName: "x") else { continue }
            #expect(try InstanceFile.parse(InstanceFile.yaml(catalogue), fileName: "x") == catalogue)
        }
    }
}

/// Repeatable randomness.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
