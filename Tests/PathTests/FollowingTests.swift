import Foundation
import Glibc
import NetworkNamespaces
import Testing

@testable import Lab

/// Namespaces, their devices and their addresses come and go; a daemon that runs already follows.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct FollowingTests {
    private let metadata = "http://169.254.169.254/latest/"
    private let metadataIPv6 = "http://[fe80::a9fe:a9fe%25eth0]/latest/"

    /// Of several rounds the fastest counts: a busy machine delays the looking as well.
    @Test func aListenerStandsWithin100MillisecondsOfItsNamespace() throws {
        try FollowedHost.run { host in
            let times = try (0..<5).map { _ in
                try host.add(host.router)
                defer { host.delete([host.router]) }
                return try time { try host.isListening(host.router, port: 9697) }
            }
            #expect(try #require(times.min()) < .milliseconds(100), "\(times)")
            #expect(try #require(times.max()) < .seconds(2), "\(times)")
        }
    }

    /// Contract neutron.md §8.5 no. 8. The kernel removes a cable when one of its ends' namespaces is really gone.
    @Test func aDeletedNamespaceIsGoneWithinASecond() throws {
        try FollowedHost.run { host in
            for (namespace, device, port) in [(host.router, "qr-1", UInt16(9697)), (host.network, "tap1", 80)] {
                try host.add(namespace, host.guest)
                defer { host.delete([host.guest]) }
                try waitUntil("a listener") { try host.isListening(namespace, port: port) }
                try host.connectGuest(to: namespace, device: device)
                host.delete([namespace])
                let gone = try time { try !run(["ip", "-brief", "link"], in: host.guest).output.contains("eth0") }
                #expect(gone < .seconds(1))
            }
        }
    }

    @Test func aNamespaceThatIsMadeAgainIsServedAgain() throws {
        try FollowedHost.run { host in
            for _ in 0..<5 {
                try IPBatch(lines: ["netns add \(host.router)"]).run()
                try IPBatch(lines: ["netns delete \(host.router)", "netns add \(host.router)"]).run()
                try waitUntil("a listener") { try host.isListening(host.router, port: 9697) }
                host.delete([host.router])
            }
        }
    }

    @Test func aDHCPNamespaceIsServedAtAddressesThatComeLater() throws {
        try FollowedHost.run { host in
            try host.add(host.network, host.guest)
            try waitUntil("a listener") { try host.isListening(host.network, port: 80) }
            try host.connectGuest(to: host.network, device: "tap1", addresses: ["169.254.169.254/32"])
            #expect(try host.status(metadata) == "404")
        }
    }

    @Test func aDHCPNamespaceIsServedOverIPv6OnceItsDeviceIsThere() throws {
        try FollowedHost.run { host in
            try host.add(host.network)
            try waitUntil("a listener") { try host.isListening(host.network, port: 80) }
            for device in ["tap1", "tap2"] {
                try host.add(host.guest)
                defer { host.delete([host.guest]) }
                try host.connectGuest(to: host.network, device: device, addresses: ["fe80::a9fe:a9fe/128 nodad"])
                try waitUntil("IPv6 on \(device)") { try host.status(metadataIPv6, timeout: 1) == "404" }
            }
            // The devices went with the guests at the other ends.
            try waitUntil("their listeners to be gone") {
                try !run(["ss", "-Hltn6"], in: host.network).output.contains("fe80")
            }
        }
    }

    /// Contract neutron.md §0, defect 1: guests of a whole network may boot at once.
    @Test func thousandsOfConnectionsMayWaitAtAListener() throws {
        try FollowedHost.run { host in
            try host.add(host.router)
            try waitUntil("a listener") { try host.isListening(host.router, port: 9697) }
            let columns = try run(["ss", "-Hltn"], in: host.router).output.split(separator: " ")
            #expect(columns.count > 2 && columns[2] == "4096")
        }
    }

    @Test func routersLeadGuestsToThePortThatTheL3AgentIsTold() throws {
        try FollowedHost.run(started: false) { host in
            let file = "\(host.program.directory)/l3_agent.ini"
            try "[DEFAULT]\nmetadata_port = 9710\n".write(toFile: file, atomically: true, encoding: .utf8)
            try host.add(host.router, host.guest)
            try host.connectGuest(to: host.router, device: "qr-1")
            try host.withDaemon(options: ["--config-file", file]) {
                try waitUntil("the listener") { try host.isListening(host.router, port: 9710) }
                try waitUntil("the redirection") { try host.status("http://169.254.169.254/", timeout: 1) == "200" }
            }
        }
    }

    /// Neutron's own proxy may be there: it is left alone, and its place is taken when it has gone.
    @Test func aPortThatSomebodyHasIsLeftToThem() async throws {
        let other = try NamespaceSockets()
        let names = ["qrouter-\(UUID())".lowercased()]
        try IPBatch(lines: names.map { "netns add \($0)" }).run()
        defer { try? IPBatch(lines: names.map { "netns delete \($0)" }).run() }
        let listeners = try await other.listen(in: names[0], at: [.anyDualStack(port: 9697)])
        try FollowedHost.run(besides: names) { host in
            usleep(200_000)
            #expect(try host.tables(names[0]).isEmpty)
            for listener in listeners { close(listener.descriptor) }
            try waitUntil("our table") { try host.tables(names[0]).contains("metapath") }
        }
    }

    /// A large host has some thousands; the bounds are generous because the machine may be busy.
    @Test func fiveHundredNamespacesComeUpQuickly() throws {
        let names = (0..<500).map { _ in "qrouter-\(UUID())".lowercased() }
        defer { try? IPBatch(lines: names.map { "netns delete \($0)" }).run() }
        try IPBatch(lines: names.map { "netns add \($0)" }).run()
        try FollowedHost.run(started: false) { host in
            try host.withDaemon(besides: names) {
                let listening = try time { try names.suffix(5).allSatisfy { try host.isListening($0, port: 9697) } }
                #expect(listening < .seconds(5))
                let ruled = try time { try names.suffix(5).allSatisfy { try !host.tables($0).isEmpty } }
                #expect(ruled < .seconds(5))
            }
            #expect(try names.suffix(5).allSatisfy { try host.tables($0).isEmpty })
        }
    }
}
