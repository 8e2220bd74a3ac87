import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// A guest's request from its own namespace through bridge, router and NAT rule into the real program.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct GuestPathTests {
    private let hostname = "http://169.254.169.254/latest/meta-data/local-hostname"

    @Test func instancesWithOneAddressGetTheirOwnDocuments() throws {
        try ServedLab.run { served in
            for name in [served.topology.first, served.topology.second, served.topology.third] {
                let answer = try served.curl(name, hostname)
                #expect(answer.status == "200")
                #expect(answer.body == "\(name).novalocal")
            }
        }
    }

    @Test func overIPv6Too() throws {
        try ServedLab.run { served in
            for name in [served.topology.first, served.topology.second, served.topology.third] {
                let answer = try served.curl(name, "http://[fe80::a9fe:a9fe%25eth0]/openstack/latest/meta_data.json")
                #expect(answer.status == "200")
                #expect(answer.body.contains("\"name\": \"\(name)\""))
            }
        }
    }

    /// Contract neutron.md §0 rule 1, §8.5 no. 5: nothing a guest writes changes who it is, and it is served.
    @Test func identityHeadersOfAnySpellingDoNothing() throws {
        try ServedLab.run { served in
            let victim = served.topology.catalogue.instances[1]
            let network = served.topology.catalogue.networks[1].id
            let router = served.topology.catalogue.routers[1].id
            let forged = [
                ("X-Instance-ID", "\(victim.id)"), ("X-Tenant-ID", victim.projectID),
                ("X-Instance-ID-Signature", String(repeating: "0", count: 64)), ("X-Forwarded-For", "10.0.0.9"),
                ("X-Neutron-Network-ID", "\(network)"), ("X-Neutron-Router-ID", "\(router)"),
                ("X-OVN-Network-ID", "\(network)"), ("X-Metadata-Provider", "edge"), ("Forwarded", "for=10.0.0.9"),
            ]
            let spellings: [(String) -> [String]] = [
                { [$0] }, { [$0.replacing("-", with: "_")] }, { [$0, $0] }, { [$0.lowercased()] },
                { [$0.uppercased()] }, { [$0, $0.replacing("-", with: "_")] },
            ]
            for spelling in spellings {
                let arguments = forged.flatMap { name, value in
                    spelling(name).flatMap { ["--header", "\($0): \(value)"] }
                }
                let result = try run(
                    ["curl", "--silent", "--noproxy", "*", "--max-time", "20"] + arguments + [hostname],
                    in: try served.lab.namespace(of: served.topology.first))
                #expect(result.output == "\(served.topology.first).novalocal")
            }
        }
    }

    @Test func anAddressThatNoPortHasGets404() throws {
        try ServedLab.run { served in
            let namespace = try served.lab.namespace(of: served.topology.first)
            #expect(try run(["ip", "address", "add", "10.0.0.77/24", "dev", "eth0"], in: namespace).status == 0)
            let answer = try served.curl(served.topology.first, "--interface", "10.0.0.77", hostname)
            #expect(answer.status == "404")
            #expect(try served.curl(served.topology.first, hostname).status == "200")
        }
    }

    @Test func aChangeByAnotherProcessIsSeenByTheNextRequest() throws {
        try ServedLab.run { served in
            let first = served.topology.first
            for round in 0..<5 {
                let set = try served.program(
                    "instance", "set", first, "--hostname", "round\(round)", "--store", served.program.store)
                #expect(set.status == 0, "\(set.errors)")
                #expect(try served.curl(first, hostname).body == "round\(round).novalocal")
            }
            #expect(try served.program("instance", "delete", first, "--store", served.program.store).status == 0)
            #expect(try served.curl(first, hostname).status == "404")
        }
    }

    @Test func userDataArrivesByteForByte() throws {
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        try ServedLab.run({ $0.instances[0].userData = bytes }) { served in
            let file = "\(served.program.directory)/user-data"
            let answer = try served.curl(
                served.topology.first, "--output", file, "http://169.254.169.254/latest/user-data")
            #expect(answer.status == "200")
            #expect(FileManager.default.contents(atPath: file).map(Array.init) == bytes)
        }
    }

    /// A listener keeps its namespace alive: it must go when the name goes (contract neutron.md §8.2).
    @Test func aNamespaceThatIsDeletedIsLetGo() throws {
        try ServedLab.run { served in
            let router = served.topology.catalogue.routers[0]
            let namespace = NamespaceKind.router("\(router.id)").name
            let inode = try #require(
                try? FileManager.default.attributesOfItem(atPath: "/run/netns/\(namespace)")[.systemFileNumber]
                    as? NSNumber)
            #expect(try run(["ip", "netns", "delete", namespace]).status == 0)
            try waitUntil("the namespace to be gone") {
                let listing = try run(["lsns", "--noheadings", "--output", "NS", "--type", "net"]).output
                return !listing.contains("\(inode)")
            }
            #expect(try served.curl(served.topology.second, hostname).status == "200")
        }
    }

    /// `proxy --upstream` before `serve`: the signed request to another Nova-compatible service.
    @Test func aProxyForwardsToAServiceBehindIt() throws {
        let port = 20_000 + Int.random(in: 0..<20_000)
        try ServedLab.run(up: { _ in ["--upstream", "http://127.0.0.1:\(port)"] }, command: "proxy") { served in
            #expect(try served.curl(served.topology.first, hostname).status == "503")
            try served.program.withDaemon(["serve", "--listen", "127.0.0.1:\(port)"]) {
                try waitUntil("the service") {
                    try run(["curl", "--silent", "--noproxy", "*", "http://127.0.0.1:\(port)/"]).status == 0
                }
                for name in [served.topology.first, served.topology.second, served.topology.third] {
                    #expect(try served.curl(name, hostname).body == "\(name).novalocal")
                }
                let posted = try served.curl(
                    served.topology.first, "--data", "pw", "http://169.254.169.254/openstack/latest/password")
                #expect(posted.status == "200")
                let read = try served.curl(served.topology.first, "http://169.254.169.254/openstack/latest/password")
                #expect(read.body == "pw")
            }
        }
    }

    /// One guest's share is its own, by either version of IP, and takes nothing from its neighbours.
    @Test func whoAsksTooOftenIsToldToWait() throws {
        let limits = """
            [metadata_rate_limiting]
            rate_limit_enabled = true
            ip_versions = 4,6
            base_query_rate_limit = 3

            """
        try ServedLab.run(up: { program in
            let config = (try? String(contentsOfFile: program.config, encoding: .utf8)) ?? ""
            try? (config + limits).write(toFile: program.config, atomically: true, encoding: .utf8)
            return ["--listen", "unix:\(program.directory)/socket"]
        }) { served in
            let first = served.topology.first
            for address in ["169.254.169.254", "[fe80::a9fe:a9fe%25eth0]"] {
                let url = "http://\(address)/latest/meta-data/local-hostname"
                let statuses = try (0..<4).map { _ in try served.curl(first, url).status }
                #expect(statuses == ["200", "200", "200", "429"])
            }
            #expect(try served.curl(served.topology.second, hostname).status == "200")
        }
    }
}

/// cloud-init's own datasource code, from Debian's package, reads its instance through the path.
@Suite(
    .enabled(if: geteuid() == 0, "Making network namespaces needs root."),
    .enabled(if: CloudInit.isPrepared, "Tests/Guest/prepare has not fetched cloud-init."))
struct CloudInitTests {
    @Test(arguments: ["openstack", "ec2"])
    func readsItsInstance(datasource: String) throws {
        try ServedLab.run({ catalogue in
            for index in catalogue.instances.indices {
                catalogue.instances[index].userData = Array("#cloud-config\nhostname: guest\(index)\n".utf8)
                catalogue.instances[index].availabilityZone = "zone\(index)"
                catalogue.instances[index].keyName = "key"
                catalogue.instances[index].keyData = "ssh-ed25519 AAAA me@host"
                catalogue.instances[index].keyPair = KeyPair(name: "key", publicKey: "ssh-ed25519 AAAA me@host")
            }
        }) { served in
            for (index, name) in [served.topology.first, served.topology.second, served.topology.third].enumerated() {
                // Through ip(8), which shows the namespace's own devices under /sys as a guest would see them.
                let namespace = try served.lab.namespace(of: name)
                let result = try run(["ip", "netns", "exec", namespace, CloudInit.reader, datasource])
                #expect(result.status == 0, "\(result.errors)")
                let read = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
                #expect(read["hostname"] as? String == "\(name).novalocal" || read["hostname"] as? String == name)
                #expect(read["availability_zone"] as? String == "zone\(index)")
                #expect(read["public_keys"] as? [String] == ["ssh-ed25519 AAAA me@host"])
                let id = served.topology.catalogue.instances[index].id
                if datasource == "openstack" { #expect(read["instance_id"] as? String == "\(id)") }
                #expect((read["user_data"] as? [String: Any])?["bytes"] as? Int == 31)
            }
        }
    }
}

enum CloudInit {
    static let reader = Program.root.appending(path: "Tests/Guest/read_datasource.py").path
    static var isPrepared: Bool {
        FileManager.default.fileExists(atPath: Program.root.appending(path: ".build/guest/cloud-init").path)
    }
}
