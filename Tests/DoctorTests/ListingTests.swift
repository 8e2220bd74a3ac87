import Foundation
import Identification
import InstanceModel
import OsloConfig
import Testing

@testable import Doctor

@Suite("What tools and files say is read")
struct ListingTests {
    @Test func listeners() throws {
        let listing = """
            LISTEN 3      4096   *:9697 *:* ino:2311257 sk:7678 cgroup:unreachable:1 v6only:0 <->
            LISTEN 0      4096   [fe80::a9fe:a9fe]%tap14bdf916-e8:80    [::]:* ino:2311254 sk:10df v6only:1 <->
            LISTEN 0      128    169.254.169.254:80 0.0.0.0:* ino:7 sk:10de <->
            """
        let sockets = ListeningSocket.list(listing)
        #expect(sockets.map(\.description) == ["*:9697", "[fe80::a9fe:a9fe]%tap14bdf916-e8:80", "169.254.169.254:80"])
        #expect(sockets.map(\.inode) == [2_311_257, 2_311_254, 7])
        #expect(sockets[0].waiting == 3)
        #expect(sockets[2].accepts(NamespacePath.metadataIPv4, port: 80))
        #expect(!sockets[2].accepts(NamespacePath.metadataIPv6, port: 80))
        #expect(sockets[1].accepts(NamespacePath.metadataIPv6, port: 80))
    }

    @Test func agentsSocket() {
        let listing = """
            u_str LISTEN 6      5      /var/lib/neutron/metadata_proxy 2311 * 0
            u_str LISTEN 0      4096   /run/other 12 * 0
            """
        let listener = AgentSocketFacts.listener("/var/lib/neutron/metadata_proxy", listing)
        #expect(listener == .init(waiting: 6, backlog: 5, inode: 2311))
        #expect(AgentSocketFacts.listener("/var/lib/neutron", listing) == nil)
        let replaced = listing + "\nu_str LISTEN 0 4096 /var/lib/neutron/metadata_proxy 9000 * 0"
        #expect(AgentSocketFacts.listener("/var/lib/neutron/metadata_proxy", replaced)?.inode == 9000)
    }

    @Test func addresses() throws {
        let listing = """
            [{"ifindex":2,"ifname":"tap1","flags":["BROADCAST","UP"],"mtu":1450,"address":"fa:16:3e:79:71:5e","addr_info":[\
            {"family":"inet","local":"169.254.169.254","prefixlen":32},\
            {"family":"inet6","local":"fe80::a9fe:a9fe","prefixlen":128,"dadfailed":true,"tentative":true}]}]
            """
        let device = try #require(NetworkDevice.list(listing).first)
        #expect(device.mtu == 1450)
        #expect(device.isUp)
        #expect(device.addresses.map(\.isDuplicate) == [false, true])
        #expect(throws: LookFailure.self) { try NetworkDevice.list("Device \"x\" does not exist.") }
    }

    @Test func haproxysConfiguration() {
        let configuration = HaproxyConfiguration(
            """
            global
                log-tag haproxy-metadata-proxy-5a0c7be2
                user neutron
                group neutron
                maxconn 1024
            defaults
                timeout server 32s
            listen listener
                bind 0.0.0.0:9697
                server metadata /var/lib/neutron/metadata_proxy
                stick-table type ip size 10k expire 10s store http_req_rate(10s)
                http-request track-sc0 src table base_rate_limiter
                http-request deny deny_status 429 if { sc_http_req_rate(0) gt 12 }
                http-request del-header X-Neutron-Network-ID
                http-request set-header X-Neutron-Router-ID 5a0c7be2-8d14-4f39-b6a3-c1d2e3f40516
            """)
        #expect(configuration.socket == "/var/lib/neutron/metadata_proxy")
        #expect(configuration.headers == ["X-Neutron-Router-ID": "5a0c7be2-8d14-4f39-b6a3-c1d2e3f40516"])
        #expect(configuration.user == "neutron")
        #expect(configuration.serverTimeout == 32)
        #expect(configuration.rateLimit == RateLimit(requests: 12, seconds: 10))
    }

    @Test func curlsAnswers() {
        let output = "one\n\nM 200 0.001 0\n\nM 404 0.002 0\n\nM 000 12.0 28\n"
        let answers = CurlOutput.answers(Array(output.utf8), marker: "M", paths: ["/a", "/b", "/c", "/d"])
        #expect(answers.answers["/a"] == MetadataAnswer(status: 200, body: Array("one\n".utf8), took: 0.001))
        #expect(answers.answers["/b"]?.body == [])
        #expect(answers.answers["/c"] == nil)
        #expect(answers.failure?.path == "/c")
        #expect(answers.failure?.reason == .late(12))
    }
}

@Suite("docs/doctor.md is what the checks say")
struct ReferenceTests {
    @Test func isUpToDate() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../docs/doctor.md").standardized
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == DoctorReference.text, "run `metapath doctor --write-reference docs/doctor.md`")
    }

    @Test func everyCodeIsFoundByACheckOfItsHop() {
        let found = Set(Examination.all.flatMap(\.codes))
        #expect(Set(FindingCode.allCases).subtracting(found).isEmpty)
        #expect(Set(Examination.all.map(\.name)).count == Examination.all.count)
    }
}
