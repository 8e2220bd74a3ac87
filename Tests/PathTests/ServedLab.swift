import Foundation
import Glibc
import InstanceFile
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// A lab whose guests are served by the real program: `metapath up`, or whatever `arguments` say, with a store of its
/// own and no look at namespaces that are not the lab's.
struct ServedLab {
    let topology: TestTopology
    let lab: Lab
    let program: Program

    static func run(
        _ catalogue: (inout Catalogue) -> Void = { _ in },
        up arguments: (Program) -> [String] = { ["--listen", "unix:\($0.directory)/socket"] },
        command: String = "up", store: String? = nil, _ body: (ServedLab) throws -> Void
    ) throws {
        let topology = TestTopology()
        var served = topology.catalogue
        for index in served.instances.indices { served.instances[index].hostname = served.instances[index].name }
        catalogue(&served)
        try Program.withDirectory { program in
            try program.importCatalogue(served)
            try topology.lab.up(topology.catalogue)
            defer { _ = try? topology.lab.down() }
            let namespaces = try topology.lab.status().listeners.flatMap {
                ["--namespace", "\($0.namespace)=\($0.kind.rawValue):\($0.id)"]
            }
            try program.withDaemon([command, "--no-discovery"] + namespaces + arguments(program), store: store) {
                try waitUntil("a listener in every namespace") {
                    try topology.lab.status().listeners.allSatisfy { $0.isListening == true }
                }
                try body(ServedLab(topology: topology, lab: topology.lab, program: program))
            }
        }
    }

    /// What curl prints in an instance: the body, and the status on a line of its own.
    func curl(_ instance: String, _ arguments: String...) throws -> (status: String, body: String) {
        let result = try PathTests.run(
            ["curl", "--silent", "--globoff", "--noproxy", "*", "--max-time", "20", "--write-out", "\n%{http_code}"]
                + arguments,
            in: try lab.namespace(of: instance))
        var lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        let status = lines.popLast().map(String.init) ?? ""
        return (status, lines.joined(separator: "\n"))
    }
}

/// The program as it was built, with a temporary directory for its store.
struct Program {
    /// `METAPATH_PROGRAM`, or the debug build of this checkout.
    static let path =
        getenv("METAPATH_PROGRAM").map { String(cString: $0) }
        ?? root.appending(path: ".build/debug/metapath").path
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let directory: String
    var store: String { "sqlite:\(directory)/store.sqlite" }
    var config: String { "\(directory)/nova.conf" }

    static func withDirectory(_ body: (Program) throws -> Void) throws {
        let program = Program(directory: NSTemporaryDirectory() + "metapath-test-\(UUID())")
        try FileManager.default.createDirectory(atPath: program.directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: program.directory) }
        try "[neutron]\nservice_metadata_proxy = true\nmetadata_proxy_shared_secret = s3cret\n"
            .write(toFile: program.config, atomically: true, encoding: .utf8)
        try body(program)
    }

    /// Runs a command to its end.
    func callAsFunction(_ arguments: String...) throws -> NamespaceCommand.Completion {
        try run([Self.path] + arguments)
    }

    func importCatalogue(_ catalogue: Catalogue) throws {
        let file = "\(directory)/instances.yaml"
        try InstanceFile.yaml(catalogue).write(toFile: file, atomically: true, encoding: .utf8)
        let result = try self("instance", "import", file, "--store", store)
        #expect(result.status == 0, "\(result.errors)")
    }

    /// Runs a daemon while `body` does its work, and expects it to stop when told.
    /// - Parameter store: nil for the one in ``directory``.
    func withDaemon(_ arguments: [String], store: String? = nil, _ body: () throws -> Void) throws {
        let log = "\(directory)/daemon-\(UUID()).log"
        let output = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(output) }
        // No daemon of a test is found, or found in the way, at the default path.
        let control = arguments.contains("--control-socket") ? [] : ["--control-socket", ""]
        let command = [Self.path] + arguments + control + ["--store", store ?? self.store, "--config-file", config]
        let process = try NamespaceCommand(command, deathSignal: SIGKILL).start(output: output, errors: output)
        defer {
            kill(process.pid, SIGTERM)
            #expect(process.wait() == 0, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
        }
        try body()
    }
}

/// Looks every 10 ms, for at most 20 seconds.
func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
    for _ in 0..<2000 {
        if try condition() { return }
        usleep(10_000)
    }
    Issue.record("waited in vain for \(what)")
}
