import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// Real namespaces, bridges and rules. Every name and id is random, so that a person's lab on the same machine is never
/// touched.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct LabTests {
    let topology = TestTopology()

    @Test func instancesWithTheSameAddressHaveRoutersOfTheirOwn() throws {
        try topology.withLab { lab in
            let neighbours = try [topology.first, topology.second].map { name in
                let guest = try lab.namespace(of: name)
                // Refused or dropped, the router has told its hardware address by then.
                _ = try get("http://10.0.0.1:9697/", in: guest)
                return try run(["ip", "neighbour", "show", "10.0.0.1"], in: guest).output
            }
            #expect(neighbours.allSatisfy { $0.contains("lladdr fa:16:3e:") })
            #expect(Set(neighbours).count == 2)
        }
    }

    @Test func metadataRequestsReachOnlyTheListenerOfTheirRouter() async throws {
        try await topology.withLab { lab in
            let sockets = try NamespaceSockets()
            for (router, instance) in zip(topology.catalogue.routers, [topology.first, topology.second]) {
                let kind = NamespaceKind.router(router.id.description)
                let listeners = try await sockets.listen(in: kind.name, at: kind.listenAddresses())
                let server = Responder(listeners, answer: kind.scope)
                defer { server.stop() }
                let guest = try lab.namespace(of: instance)
                #expect(try get("http://169.254.169.254/", in: guest) == kind.scope)
                #expect(try get("http://[fe80::a9fe:a9fe%25eth0]/", in: guest) == kind.scope)
                #expect(try get("http://10.0.0.1:9697/", in: guest) == nil)
                let counters = try MetadataRedirect(namespace: kind.name).counters()
                #expect(counters.redirectedIPv4 == 1)
                #expect(counters.redirectedIPv6 == 1)
                #expect(counters.refused > 0)
            }
        }
    }

    @Test func isolatedNetworkIsServedFromItsDHCPNamespace() async throws {
        try await topology.withLab { lab in
            let kind = NamespaceKind.dhcp(network: topology.isolated.description)
            let listeners = try await NamespaceSockets().listen(in: kind.name, at: kind.listenAddresses())
            #expect(listeners.count == 2)
            let server = Responder(listeners, answer: kind.scope)
            defer { server.stop() }
            let guest = try lab.namespace(of: topology.third)
            #expect(try get("http://169.254.169.254/", in: guest) == kind.scope)
            #expect(try get("http://[fe80::a9fe:a9fe%25eth0]/", in: guest) == kind.scope)
        }
    }

    @Test func statusTellsWhereSomebodyListens() async throws {
        try await topology.withLab { lab in
            let kind = NamespaceKind.router(topology.catalogue.routers[0].id.description)
            let listeners = try await NamespaceSockets().listen(in: kind.name, at: kind.listenAddresses())
            defer { for listener in listeners { close(listener.descriptor) } }
            let status = try lab.status()
            #expect(status.rows.allSatisfy { $0.exists })
            #expect(status.listeners.map(\.isListening) == [true, false, false])
            #expect(status.instances.map(\.name) == [topology.first, topology.second, topology.third])
            #expect(status.instances[0].addresses.first == "10.0.0.5/24")
        }
    }

    @Test func routersTableCanBeRemovedTwiceAndInstalledTwice() throws {
        try topology.withLab { lab in
            let kind = NamespaceKind.router(topology.catalogue.routers[0].id.description)
            let redirect = MetadataRedirect(namespace: kind.name)
            try redirect.install()
            #expect(try redirect.counters() == MetadataRedirect.Counters())
            try redirect.remove()
            try redirect.remove()
            #expect(throws: NamespaceError.self) { try redirect.counters() }
        }
    }

    @Test func downLeavesNothing() throws {
        let devices = try run(["ip", "-brief", "link"]).output
        let lab = topology.lab
        try lab.up(topology.catalogue)
        #expect(try run(["ip", "-brief", "link"]).output == devices)
        let removal = try #require(try lab.down())
        #expect(removal.namespaces.count == 7)
        #expect(try topology.remains().isEmpty)
        #expect(try lab.down() == nil)
    }

    @Test func downCleansUpAfterACrash() throws {
        let lab = topology.lab
        try lab.up(topology.catalogue)
        // As if the program had been killed half-way: an owner that is gone, some namespaces never made, a process and
        // a file left over.
        let sleeper = try #require(try startSleeper())
        let file = NSTemporaryDirectory() + topology.first
        try Data().write(to: URL(filePath: file))
        try lab.update { state in
            state.owner = sleeper.gone
            state.processes.append(sleeper.recorded)
            state.files.append(file)
        }
        _ = try run(["ip", "netns", "delete", try lab.namespace(of: topology.first)])
        let removal = try #require(try lab.down())
        #expect(removal.processes == [sleeper.recorded.pid])
        #expect(removal.files == [file, lab.stateFile.path])
        #expect(removal.namespaces.count == 6)
        #expect(try topology.remains().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func processWithARecycledNumberIsSpared() throws {
        let lab = topology.lab
        try lab.up(topology.catalogue)
        let sleeper = try #require(try startSleeper())
        defer { sleeper.recorded.end() }
        try lab.update { $0.processes.append(sleeper.gone) }
        let removal = try #require(try lab.down())
        #expect(removal.processes.isEmpty)
        #expect(sleeper.recorded.isRunning)
    }

    @Test func secondLabIsRefused() throws {
        try topology.withLab { lab in
            #expect(kind { try lab.up(TestTopology().catalogue) } == .alreadyUp)
            let status = try lab.status()
            #expect(status.rows.allSatisfy { $0.exists })
        }
    }

    @Test func namespaceOfSomebodyElseIsLeftUntouched() throws {
        let foreign = "lab-" + topology.second
        _ = try run(["ip", "netns", "add", foreign])
        defer { _ = try? run(["ip", "netns", "delete", foreign]) }
        #expect(kind { try topology.lab.up(topology.catalogue) } == .foreignNamespace)
        #expect(try topology.remains() == [foreign])
    }

    @Test func failureHalfWayLeavesNothing() throws {
        var catalogue = topology.catalogue
        // The kernel refuses a multicast address on a device.
        catalogue.networks[2].subnets[0].dhcpServer = "224.0.0.1"
        #expect(kind { try topology.lab.up(catalogue) } == .commandFailed)
        #expect(try topology.remains().isEmpty)
    }

    private func kind(_ body: () throws -> some Any) -> LabError.Kind? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? LabError)?.kind
        }
    }

    private struct Sleeper {
        var recorded: RecordedProcess
        /// The same number with another start time: a process that has ended.
        var gone: RecordedProcess
    }

    private func startSleeper() throws -> Sleeper? {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        let child = try NamespaceCommand(["sleep", "600"]).start(output: null, errors: null)
        guard let recorded = RecordedProcess(pid: child.pid) else { return nil }
        var gone = recorded
        gone.startTime -= 1
        return Sleeper(recorded: recorded, gone: gone)
    }
}

/// What a lab would be made of, without touching the system.
struct LabPlanTests {
    @Test func scaledNetworksShareAddressesAndNothingElse() throws {
        let catalogue = Lab.scaled(networks: 500, instances: 2)
        #expect(catalogue.networks.count == 500)
        #expect(catalogue.routers.count == 500)
        #expect(catalogue.instances.count == 1000)
        #expect(Set(catalogue.instances.map(\.id)).count == 1000)
        #expect(Set(catalogue.instances.flatMap(\.ports).map(\.id)).count == 1000)
        let addresses = catalogue.instances.flatMap(\.ports).flatMap(\.fixedIPs).map(\.address)
        #expect(Set(addresses) == ["10.0.0.10", "10.0.0.11"])
        #expect(Lab.scaled(networks: 500, instances: 2) == catalogue)
        let plan = try LabPlan(catalogue, bridgeNamespace: "bridges")
        #expect(Set(plan.namespaceNames).count == 1501)
    }

    @Test func instancesOfOneNameGetNamespacesOfTheirOwn() throws {
        var catalogue = Lab.scaled(networks: 1, instances: 3)
        for index in 0..<3 { catalogue.instances[index].name = "web server/ä" }
        let plan = try LabPlan(catalogue, bridgeNamespace: "bridges")
        #expect(plan.namespaceNames.suffix(3) == ["lab-web-server--", "lab-web-server---2", "lab-web-server---3"])
    }

    @Test func portOnAnUnknownNetworkIsNamed() {
        var catalogue = Lab.scaled(networks: 1, instances: 1)
        catalogue.networks = []
        catalogue.routers = []
        let error = #expect(throws: LabError.self) {
            try LabPlan(catalogue, bridgeNamespace: "bridges")
        }
        #expect(error?.message.contains("instance-1-1") == true)
    }
}

/// What the demonstration shows, and how.
struct LabRunTests {
    @Test func accessLogIsReadPerListenerAndWhileItIsWritten() throws {
        let path = NSTemporaryDirectory() + "access-\(UInt32.random(in: 0...UInt32.max)).log"
        defer { unlink(path) }
        let line = """
            {"time": "2026-01-01T00:00:00Z", "arrive": {"listener": "router:a", "peer": "10.0.0.5", "ns": 70}, "identify": \
            {"instance": "b", "reason": null, "ns": 10}, "answer": {"method": "GET", "path": "/", "status": 200, \
            "bytes": 3, "ns": 20}, "ns": 100}
            """
        let other = line.replacing("router:a", with: "service")
        try Data("\(line)\n\(other)\n\(line.prefix(40))".utf8).write(to: URL(filePath: path))
        let entries = AccessLogEntry.read(path, listener: "router:a")
        #expect(entries.count == 1)
        #expect(entries.first?.identify.instance == "b")
        #expect(entries.first?.arrive.ns == 70)
        #expect(AccessLogEntry.read(path + "-missing", listener: "service").isEmpty)
    }

    @Test func hopTableAlignsItsColumns() {
        var table = HopTable()
        table.rows = [
            .init(hop: "router", decision: "port 80 → 9697", time: 1_234_000), .init(hop: "a", decision: "b", time: 5),
        ]
        #expect(
            table.text == """
                +--------+-----------------+--------+
                | hop    | what it decided |   took |
                +--------+-----------------+--------+
                | router | port 80 → 9697  | 1.2 ms |
                | a      | b               |   5 ns |
                +--------+-----------------+--------+
                """)
    }

    @Test(arguments: [
        ("/a/b-c_d.e", "/a/b-c_d.e"), ("two words", "'two words'"), ("", "''"), ("it's", #"'it'\''s'"#), ("$x", "'$x'"),
    ])
    func wordsAreQuotedForTheShell(word: String, quoted: String) {
        #expect(shellWord(word) == quoted)
    }
}
