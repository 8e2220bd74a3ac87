import InstanceModel
import NetworkNamespaces
import Testing

@testable import Doctor

@Suite("What guests' packets go through is read")
struct ArrivalTests {
    @Test func theKernelsCounters() {
        let listing = """
            TcpExt: SyncookiesSent ListenOverflows ListenDrops
            TcpExt: 0 3 5
            IpExt: InNoRoutes
            IpExt: 1
            Tcp: RtoAlgorithm InSegs
            Tcp: 1 21
            """
        let counters = KernelCounters(listing)
        #expect(counters?.listenOverflows == 3)
        #expect(counters?.listenDrops == 5)
        #expect(counters?.segments == 21)
        #expect(KernelCounters("Tcp: InSegs\nTcp: 21") == nil)
    }

    @Test func rulesCounters() throws {
        let neutron = IPTablesListing.chains(RecordedRules.neutron, program: "iptables")
        #expect(neutron.flatMap(\.rules).compactMap(\.packets) == [3, 1])
        let named = """
            {"nftables": [{"counter": {"family": "inet", "name": "redirected-ipv4", "table": "metapath", "packets": 12}},
            {"counter": {"family": "inet", "name": "redirected-ipv4", "table": "other", "packets": 99}},
            """
        let listing = RecordedRules.metapath.replacing("{\"nftables\": [", with: named)
        let rules = try NFTListing.chains(listing).chains.flatMap(\.rules)
        #expect(rules.first?.packets == 12)
        #expect(rules.dropFirst().first?.packets == nil)
    }

    @Test func connectionsSoFar() throws {
        let packet = MetadataPacket(
            device: "qr-1", source: IPAddress(v4: 0x0A00_0005), destination: NamespacePath.metadataIPv4)
        let text = RecordedRules.neutron.replacing(
            "-A neutron-l3-agent-PREROUTING -d", with: "[7:420] -A neutron-l3-agent-PREROUTING -d"
        )
        .replacing("[1:60] [7:420]", with: "[1:60]")
        let fate = PacketWalk.fate(
            of: packet, in: IPTablesListing.chains(text, program: "iptables"), ownAddresses: [])
        #expect(fate.summary == "redirected to port 9697, 7 connections so far")
    }
}

@Suite("Variables of a proxy are read, and passwords not shown")
struct ProxyVariablesTests {
    private static func proxy(_ text: String) -> ProxyVariables.Proxy? {
        ProxyVariables(text.split(separator: "\n", omittingEmptySubsequences: false)).proxy
    }

    @Test(arguments: [
        ("http_proxy=http://user:secret@proxy.example:3128/", "proxy.example:3128"),
        ("export HTTP_PROXY=\"user:secret@proxy.example:3128\"", "proxy.example:3128"),
        ("all_proxy=socks5://user:sec@ret@10.0.0.1:1080", "10.0.0.1:1080"),
        ("http_proxy=proxy\nno_proxy=localhost,10.0.0.0/8", "proxy"),
    ])
    func leading(text: String, place: String) {
        #expect(Self.proxy(text)?.place == place)
    }

    @Test(arguments: [
        "", "PATH=/bin", "http_proxy=", "https_proxy=http://proxy:1", "http_proxy=p\nno_proxy=169.254.169.254",
        "http_proxy=p\nNO_PROXY='a, 169.254.0.0/16'", "http_proxy=p\nno_proxy=*",
    ])
    func notLeading(text: String) {
        #expect(Self.proxy(text) == nil)
    }
}

@Suite("The devices between a guest and its namespace")
struct GuestCableTests {
    private static func end(_ port: String, isUp: Bool = true, master: String? = "br1") throws -> GuestCable.End {
        let flags = isUp ? #""UP""# : ""
        let bridge = master.map { #","master":"\#($0)""# } ?? ""
        let listing = """
            [{"ifindex":2,"ifname":"br1","flags":["UP"]},
            {"ifindex":8,"link_index":2,"link_netnsid":3,"ifname":"\(port)","flags":[\(flags)]\(bridge)}]
            """
        let devices = try NetworkDevice.list(listing)
        let device = try #require(devices.last)
        #expect(device.peer == NetworkDevice.Peer(index: 2, namespaceNumber: 3))
        return GuestCable.End(namespace: "metapath-lab", port: device, devices: devices)
    }

    @Test func whole() throws {
        #expect(GuestCable(guestEnd: try Self.end("p4"), arrivalEnd: try Self.end("p1")).faults.isEmpty)
        #expect(GuestCable().faults.isEmpty)
    }

    @Test func pulled() throws {
        let faults = GuestCable(guestEnd: try Self.end("p4", isUp: false), arrivalEnd: try Self.end("p1")).faults
        #expect(faults.map(\.command) == ["ip -n metapath-lab link set p4 up"])
    }

    @Test func onNoBridge() throws {
        let faults = GuestCable(guestEnd: try Self.end("p4", master: nil), arrivalEnd: try Self.end("p1")).faults
        #expect(faults.map(\.command) == ["ip -n metapath-lab link set p4 master br1"])
    }

    @Test func nameOfTheOtherEnd() {
        let listing = #"[{"nsid":0,"name":"metapath-lab"},{"nsid":1}]"#
        #expect(GuestCable.name(of: 0, listing) == "metapath-lab")
        #expect(GuestCable.name(of: 1, listing) == nil)
    }
}
