import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// Names as Neutron gives them, with random ids, and a daemon that serves those and no others.
struct FollowedHost {
    let router = "qrouter-\(UUID())".lowercased()
    let network = "qdhcp-\(UUID())".lowercased()
    let guest = "metapath-test-\(UUID())"
    let mac = MACAddress(value: 0xFA16_3E00_0000 | .random(in: 0...0xFF_FFFF))
    let program: Program

    /// With the daemon running, unless `body` is to start it.
    static func run(
        started: Bool = true, besides further: [String] = [], _ body: (FollowedHost) throws -> Void
    ) throws {
        try Program.withDirectory { program in
            let host = FollowedHost(program: program)
            defer { host.delete([host.router, host.network, host.guest]) }
            guard started else { return try body(host) }
            try host.withDaemon(besides: further) { try body(host) }
        }
    }

    func withDaemon(besides further: [String] = [], options: [String] = [], _ body: () throws -> Void) throws {
        let socket = "\(program.directory)/socket"
        let namespaces = ([router, network] + further).flatMap { ["--namespace", $0] }
        try program.withDaemon(["up", "--no-discovery", "--listen", "unix:\(socket)"] + namespaces + options) {
            try waitUntil("the service") { access(socket, F_OK) == 0 }
            try body()
        }
    }

    func add(_ names: String...) throws {
        try IPBatch(lines: names.map { "netns add \($0)" }).run()
    }

    /// Those that are there.
    func delete(_ names: [String]) {
        let present = Set((try? NetworkNamespace.list()) ?? []).intersection(names)
        try? IPBatch(lines: present.map { "netns delete \($0)" }).run()
    }

    /// Lays a cable from the guest, 10.0.0.5, to a device in another namespace, 10.0.0.1, where the metadata addresses
    /// are by way of it.
    func connectGuest(to namespace: String, device: String, addresses: [String] = []) throws {
        try IPBatch(lines: [
            "link add eth0 netns \(guest) address \(mac) type veth peer name \(device) netns \(namespace)"
        ]).run()
        try IPBatch(
            lines: [
                "link set lo up", "link set \(device) addrgenmode none up", "address add 10.0.0.1/24 dev \(device)",
                "address add fe80::1/64 dev \(device) nodad",
            ] + addresses.map { "address add \($0) dev \(device)" }, namespace: namespace
        ).run()
        try IPBatch(
            lines: [
                "link set eth0 addrgenmode none up", "address add 10.0.0.5/24 dev eth0",
                "address add \(mac.linkLocalAddress)/64 dev eth0 nodad", "route add 169.254.169.254 via 10.0.0.1",
                "route add fe80::a9fe:a9fe via fe80::1 dev eth0",
            ], namespace: guest
        ).run()
    }

    func isListening(_ namespace: String, port: UInt16) throws -> Bool {
        try NetworkNamespace.listeningPorts(in: namespace).contains(port)
    }

    /// The HTTP status a guest gets; nil when no connection comes about.
    func status(_ address: String, timeout: Int = 10, from namespace: String? = nil) throws -> String? {
        let result = try PathTests.run(
            [
                "curl", "--silent", "--globoff", "--noproxy", "*", "--connect-timeout", "\(timeout)", "--output",
                "/dev/null", "--write-out", "%{http_code}", address,
            ], in: namespace ?? guest)
        return result.status == 0 ? result.output : nil
    }

    /// Somebody answers that nobody listens there.
    func refuses(_ address: String, from namespace: String) throws -> Bool {
        // CURLE_COULDNT_CONNECT; a connection that is dropped ends with CURLE_OPERATION_TIMEDOUT.
        try PathTests.run(["curl", "--silent", "--noproxy", "*", "--max-time", "5", address], in: namespace).status == 7
    }

    /// The tables of nftables in a namespace.
    func tables(_ namespace: String) throws -> String {
        try PathTests.run(["nft", "list", "tables"], in: namespace).output
    }
}

/// How long it takes until the condition holds; looks every millisecond, for at most ten seconds.
func time(until condition: () throws -> Bool) throws -> Duration {
    let start = ContinuousClock.now
    while try !condition(), ContinuousClock.now - start < .seconds(10) { usleep(1000) }
    return ContinuousClock.now - start
}
