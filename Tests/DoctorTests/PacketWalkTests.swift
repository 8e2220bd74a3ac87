import InstanceModel
import Testing

@testable import Doctor

@Suite("A guest's first packet is followed through the rules as the kernel would")
struct PacketWalkTests {
    private static let own = [IPAddress(v4: 0x0A00_0001)]

    private static func packet(on device: String = "qr-288b2571-6f", to destination: String = "169.254.169.254") throws
        -> MetadataPacket
    {
        MetadataPacket(
            device: device, source: IPAddress(v4: 0x0A00_0005), destination: try #require(IPAddress(destination)))
    }

    private static func fate(
        _ chains: [RuleChain], _ packet: MetadataPacket? = nil, own: [IPAddress] = own
    ) throws -> PacketWalk.Fate {
        PacketWalk.fate(of: try packet ?? Self.packet(), in: chains, ownAddresses: own)
    }

    private static func neutron(without text: String = "---", and more: [(table: String, rule: String)] = [])
        -> [RuleChain]
    {
        var lines = RecordedRules.neutron.split(separator: "\n").map(String.init).filter { !$0.contains(text) }
        for (table, rule) in more {
            guard let start = lines.firstIndex(of: "*\(table)"),
                let first = lines[start...].firstIndex(where: { $0.contains("-A ") })
            else { continue }
            lines.insert(rule, at: first)
        }
        return IPTablesListing.chains(lines.joined(separator: "\n"), program: "iptables")
    }

    @Test func neutronsRulesLeadItToThePort() throws {
        guard case .delivered(let port, let rule?) = try Self.fate(Self.neutron()) else {
            Issue.record("not delivered")
            return
        }
        #expect(port == 9697)
        #expect(rule.chain.name == "neutron-l3-agent-PREROUTING")
        #expect(rule.chain.backend == .iptables)
    }

    @Test func fromOutsideItIsNot() throws {
        #expect(try Self.fate(Self.neutron(), Self.packet(on: "qg-1")) == .routed)
    }

    @Test func withoutItsRuleItIsDroppedOnItsWayOut() throws {
        let fate = try Self.fate(Self.neutron(without: "REDIRECT"))
        guard case .dropped(let rule, .forward) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(rule.chain.name == "neutron-l3-agent-scope")
    }

    @Test func withoutTheMarkThePortIsClosed() throws {
        let fate = try Self.fate(Self.neutron(without: "set-xmark"))
        guard case .dropped(let rule, .input) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(rule.isGuard(of: 9697))
    }

    @Test func anEarlierRuleLeadsItAway() throws {
        let shadow = "-A PREROUTING -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 192.0.2.1"
        let fate = try Self.fate(Self.neutron(and: [("nat", shadow)]))
        guard case .ledAway("192.0.2.1", let rule) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(
            rule.rule?.removal
                == "iptables -t nat -D PREROUTING -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 192.0.2.1"
        )
    }

    @Test(arguments: [
        ("raw", "-A PREROUTING -d 169.254.0.0/16 -j DROP"), ("filter", "-A INPUT ! -i lo -j REJECT"),
    ])
    func itIsDropped(table: String, rule: String) throws {
        let raw = "*raw\n:PREROUTING ACCEPT [0:0]\n-A none\nCOMMIT\n"
        let chains =
            IPTablesListing.chains(raw.replacing("-A none", with: table == "raw" ? rule : ""), program: "iptables")
            + Self.neutron(and: [(table, rule)])
        let fate = try Self.fate(chains)
        guard case .dropped(let decisive, _) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(decisive.text == rule)
    }

    @Test(arguments: [
        "-A PREROUTING -s 203.0.113.0/24 -p tcp --dport 80 -j DNAT --to-destination 192.0.2.1",
        "-A PREROUTING -p udp --dport 80 -j REDIRECT --to-ports 53",
        "-A PREROUTING ! -d 169.254.169.254/32 -p tcp --dport 80 -j REDIRECT --to-ports 81",
        "-A PREROUTING -m set --match-set guests src -p tcp -j REDIRECT --to-ports 81",
    ])
    func whatIsNotMeantForItDoesNotMatter(rule: String) throws {
        guard case .delivered(9697, _) = try Self.fate(Self.neutron(and: [("nat", rule)])) else {
            Issue.record("\(rule) was blamed")
            return
        }
    }

    @Test func ourTableLeadsItToThePort() throws {
        let (chains, hasIPTables) = try NFTListing.chains(RecordedRules.metapath)
        #expect(hasIPTables)
        #expect(Set(chains.map(\.table)) == ["metapath"])
        guard case .delivered(9697, let rule?) = try Self.fate(chains) else {
            Issue.record("not delivered")
            return
        }
        #expect(rule.rule?.removal == "nft delete rule inet metapath prerouting handle 5")
        // This recording has no rule for IPv6.
        #expect(try Self.fate(chains, Self.packet(to: "fe80::a9fe:a9fe")) == .routed)
    }

    @Test func anAddressOfTheNamespaceNeedsNoRule() throws {
        let fate = try Self.fate([], own: [try #require(IPAddress("169.254.169.254"))])
        #expect(fate == .delivered(port: 80, by: nil))
    }

    @Test func chainsThatJumpInCirclesEnd() throws {
        let circle = "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:a -\n-A INPUT -j a\n-A FORWARD -j a\n-A a -j a\nCOMMIT"
        let fate = try Self.fate(IPTablesListing.chains(circle, program: "iptables-legacy"))
        guard case .dropped(let rule, .forward) = fate else {
            Issue.record("\(fate)")
            return
        }
        #expect(rule.rule == nil)
        #expect(rule.chain.backend == .iptablesLegacy)
    }
}
