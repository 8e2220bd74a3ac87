import Dispatch
import Glibc
import InstanceModel
import NetworkNamespaces

@testable import Lab

/// Two tenants with the same addresses behind a router each, and an isolated network; one instance on each.
struct TestTopology {
    let first: String
    let second: String
    let third: String
    let isolated: NetworkID
    let catalogue: Catalogue
    let lab: Lab

    init() {
        let tag = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        (first, second, third) = ("\(tag)-first", "\(tag)-second", "\(tag)-third")
        lab = Lab(stateDirectory: "/run/metapath-lab-test-\(tag)")
        let networks = (0..<3).map { index in
            Network(
                id: Self.randomID(), name: "\(tag)-\(index)",
                subnets: [Subnet(cidr: "10.0.0.0/24", gateway: index < 2 ? "10.0.0.1" : nil, enableDHCP: true)])
        }
        isolated = networks[2].id
        catalogue = Catalogue(
            networks: networks,
            routers: networks[..<2].map { Router(id: Self.randomID(), name: "\($0.name)-router", networks: [$0.id]) },
            instances: zip([first, second, third], networks).map { Self.instance(named: $0, on: $1) })
    }

    /// Brings the lab up, and takes it down whatever `body` does.
    func withLab(_ body: (Lab) throws -> Void) throws {
        try lab.up(catalogue)
        defer { _ = try? lab.down() }
        try body(lab)
    }

    func withLab(_ body: (Lab) async throws -> Void) async throws {
        try lab.up(catalogue)
        defer { _ = try? lab.down() }
        try await body(lab)
    }

    /// Namespaces of this topology and its state directory, as far as they exist.
    func remains() throws -> [String] {
        let names = Set(try LabPlan(catalogue, bridgeNamespace: lab.bridgeNamespace).namespaceNames)
        let directory = lab.stateFile.directory
        return try NetworkNamespace.list().filter(names.contains) + (access(directory, F_OK) == 0 ? [directory] : [])
    }

    private static func instance(named name: String, on network: Network) -> Instance {
        var instance = Instance(id: randomID(), projectID: "project")
        instance.name = name
        let port: PortID = randomID()
        instance.ports = [
            Port(
                id: port, macAddress: port.derivedMAC,
                network: PortNetwork(network, fixedIPs: [FixedIP(address: "10.0.0.5")]))
        ]
        return instance
    }

    private static func randomID<T>() -> Identifier<T> {
        Identifier(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
    }
}

/// Runs a program to its end.
func run(_ arguments: [String], in namespace: String? = nil) throws -> NamespaceCommand.Completion {
    try NamespaceCommand(arguments, in: namespace).run()
}

/// The body curl gets from inside a namespace; nil when no connection comes about.
func get(_ address: String, in namespace: String) throws -> String? {
    let limits = ["--connect-timeout", address.contains("9697") ? "1" : "10", "--max-time", "20"]
    let result = try run(["curl", "--silent", "--show-error", "--noproxy", "*"] + limits + [address], in: namespace)
    return result.status == 0 ? result.output : nil
}

/// Answers every HTTP request on some listeners with one text.
final class Responder: Sendable {
    private let listeners: [NamespaceListener]
    private let queue = DispatchQueue(label: "responder", attributes: .concurrent)

    init(_ listeners: [NamespaceListener], answer: String) {
        self.listeners = listeners
        let response = Array("HTTP/1.0 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8)
        for listener in listeners {
            queue.async { Self.serve(listener.descriptor, response) }
        }
    }

    /// Ends the loops that wait for connections.
    func stop() {
        for listener in listeners { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
        queue.sync(flags: .barrier) {}
        for listener in listeners { close(listener.descriptor) }
    }

    private static func serve(_ listener: Int32, _ response: [UInt8]) {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, -1) == 1, waiting.revents & Int16(POLLHUP | POLLERR) == 0 {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            var request = [UInt8](repeating: 0, count: 4096)
            _ = read(connection, &request, request.count)
            _ = write(connection, response, response.count)
            close(connection)
        }
    }
}
