import Foundation
import Glibc
import InstanceModel
import NIOCore
import NIOPosix
import NetworkNamespaces
import Synchronization
import Testing

@testable import HTTPWire
@testable import Lab
@testable import NamespaceProxy

/// The nftables table in a router's namespace, as the daemon keeps it.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct RedirectTests {
    private let metadata = "http://169.254.169.254/latest/"
    private let metadataIPv6 = "http://[fe80::a9fe:a9fe%25eth0]/latest/"

    @Test func theTableIsThereWhileTheDaemonRuns() throws {
        try FollowedHost.run(started: false) { host in
            try host.add(host.router)
            try host.withDaemon {
                try waitUntil("the table") { try host.tables(host.router) == "table inet metapath\n" }
            }
            #expect(try host.tables(host.router).isEmpty)
        }
    }

    @Test func theTableIsWhatItSaysItIs() throws {
        try FollowedHost.run(started: false) { host in
            try host.add(host.router)
            try MetadataRedirect(namespace: host.router).install()
            let listing = try run(["nft", "-y", "list", "table", "inet", "metapath"], in: host.router).output
            let lines = listing.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            let rules = lines.filter { !$0.hasPrefix("packets") && $0 != "}" }
            #expect(rules == Self.rules)
        }
    }

    private static let rules = [
        "table inet metapath {", "counter redirected-ipv4 {", "counter redirected-ipv6 {", "counter refused {",
        "chain prerouting {", "type nat hook prerouting priority -101; policy accept;",
        #"iifname "qr-*" ip daddr 169.254.169.254 tcp dport 80 counter name "redirected-ipv4" redirect to :9697"#,
        #"iifname "qr-*" ip6 daddr fe80::a9fe:a9fe tcp dport 80 counter name "redirected-ipv6" redirect to :9697"#,
        "chain input {", "type filter hook input priority -1; policy accept;", "tcp dport 9697 ct status dnat accept",
        #"tcp dport 9697 counter name "refused" drop"#, "chain forward {",
        "type filter hook forward priority -1; policy accept;", "ip daddr 169.254.169.254 drop",
    ]

    @Test(arguments: ["delete table inet metapath", "flush ruleset", "flush chain inet metapath prerouting"])
    func whatSomebodyRemovesIsPutBack(command: String) throws {
        try FollowedHost.run { host in
            try host.add(host.router, host.guest)
            try waitUntil("the table") { try host.tables(host.router).contains("metapath") }
            try host.connectGuest(to: host.router, device: "qr-1")
            #expect(try host.status(metadata) == "404")
            for _ in 0..<3 {
                #expect(try run(["nft"] + command.split(separator: " ").map(String.init), in: host.router).status == 0)
                let repaired = try time {
                    try run(["nft", "list", "table", "inet", "metapath"], in: host.router).output.contains("redirect")
                }
                #expect(repaired < .seconds(2))
            }
            #expect(try host.status(metadata) == "404")
            #expect(try host.status(metadataIPv6) == "404")
        }
    }

    /// Contract neutron.md §0 rule 8.
    @Test func thePortIsDeadFromOutsideAndForGuestsWhoDialIt() throws {
        try FollowedHost.run { host in
            let outside = "metapath-test-\(UUID())"
            try host.add(host.router, host.guest, outside)
            defer { host.delete([outside]) }
            try waitUntil("the table") { try host.tables(host.router).contains("metapath") }
            try host.connectGuest(to: host.router, device: "qr-1")
            try IPBatch(lines: ["link add eth0 netns \(outside) type veth peer name qg-1 netns \(host.router)"]).run()
            try IPBatch(lines: ["address add 192.0.2.1/24 dev qg-1", "link set qg-1 up"], namespace: host.router).run()
            try IPBatch(
                lines: [
                    "address add 192.0.2.2/24 dev eth0", "link set eth0 up", "route add 169.254.169.254 via 192.0.2.1",
                ], namespace: outside
            ).run()
            #expect(try host.status(metadata) == "404")
            #expect(try host.status("http://10.0.0.1:9697/", timeout: 1) == nil)
            #expect(try host.status("http://[fe80::1%25eth0]:9697/", timeout: 1) == nil)
            // Refused at another port: the way there is open.
            #expect(try host.refuses("http://192.0.2.1:9698/", from: outside))
            #expect(try host.status("http://192.0.2.1:9697/", timeout: 1, from: outside) == nil)
            #expect(try host.status(metadata, timeout: 1, from: outside) == nil)
        }
    }

    /// Through the redirection and without, over both families, in the server as the daemon uses it.
    @Test func aConnectionTellsItsGuestsMAC() async throws {
        let program = Program(directory: NSTemporaryDirectory())
        let host = FollowedHost(program: program)
        defer { host.delete([host.router, host.network, host.guest]) }
        let sockets = try NamespaceSockets()
        for (namespace, device) in [(host.router, "qr-1"), (host.network, "tap1")] {
            try host.add(namespace, host.guest)
            defer { host.delete([host.guest, namespace]) }
            try host.connectGuest(
                to: namespace, device: device,
                addresses: namespace == host.network ? ["169.254.169.254/32", "fe80::a9fe:a9fe/128 nodad"] : [])
            let kind = try #require(NamespaceKind(name: namespace))
            if case .router = kind { try MetadataRedirect(namespace: namespace).install() }
            let seen = Mutex<[MACAddress?]>([])
            let server = HTTPServer(group: MultiThreadedEventLoopGroup.singleton)
            for listener in try await sockets.listen(in: namespace, at: kind.listenAddresses()) {
                _ = try server.serve(descriptor: listener.descriptor) { channel in
                    let mac = MACAddress(neighbourOf: channel)
                    seen.withLock { $0.append(mac) }
                    throw CancellationError()
                }
            }
            for address in [metadata, metadataIPv6, metadata, metadataIPv6] { _ = try host.status(address) }
            #expect(seen.withLock { $0 } == [host.mac, host.mac, host.mac, host.mac])
            await server.stop(grace: .seconds(1))
        }
    }

    @Test func theKernelTellsAConnectionsMACOnce() async throws {
        let host = FollowedHost(program: Program(directory: NSTemporaryDirectory()))
        defer { host.delete([host.router, host.guest]) }
        try host.add(host.router, host.guest)
        try host.connectGuest(to: host.router, device: "qr-1")
        let listeners = try await NamespaceSockets().listen(in: host.router, at: [.anyDualStack(port: 9697)])
        defer { for listener in listeners { listener.close() } }
        let listener = try #require(listeners.first)
        // The kernel accepts; nobody answers.
        _ = try run(["curl", "--silent", "--noproxy", "*", "--max-time", "1", "http://10.0.0.1:9697/"], in: host.guest)
        let connection = accept(listener.descriptor, nil, nil)
        defer { close(connection) }
        #expect(SavedSyn.sourceMAC(of: connection) == host.mac.value)
        #expect(SavedSyn.sourceMAC(of: connection) == nil)
    }
}
