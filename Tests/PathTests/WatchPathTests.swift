import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// `metapath trace` and `metapath top`, run beside the real program while guests ask it.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct WatchPathTests {
    private let metadata = "http://169.254.169.254"

    private func run(_ body: (ServedLab) throws -> Void) throws {
        try ServedLab.run(up: {
            ["--listen", "unix:\($0.directory)/socket", "--control-socket", "\($0.directory)/control"]
        }) { served in
            try waitUntil("the control socket") { access(control(served), F_OK) == 0 }
            try body(served)
        }
    }

    private func control(_ served: ServedLab) -> String { "\(served.program.directory)/control" }

    /// Runs a command that watches, and does `step` again and again until it has ended by itself.
    private func watching(
        _ served: ServedLab, _ arguments: String..., while step: () throws -> Void
    ) throws -> (status: Int32, output: String) {
        let file = "\(served.program.directory)/watched-\(UUID())"
        let output = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(output) }
        let command = [Program.path] + arguments + ["--control-socket", control(served)]
        let process = try NamespaceCommand(command, deathSignal: SIGKILL).start(output: output, errors: output)
        var status: Int32?
        try waitUntil("the end of \(arguments)") {
            try step()
            status = process.pollStatus()
            return status != nil
        }
        if status == nil { kill(process.pid, SIGKILL) }
        return (status ?? process.wait(), try String(contentsOfFile: file, encoding: .utf8))
    }

    @Test func showsARequestOfOneInstance() throws {
        try run { served in
            let (first, second) = (served.topology.first, served.topology.second)
            let traced = try watching(served, "trace", "--instance", second, "--limit", "1") {
                for name in [first, second] { _ = try served.curl(name, "\(metadata)/latest/meta-data/mac") }
            }
            #expect(traced.status == 0)
            let lines = traced.output.split(separator: "\n")
            let router = served.topology.catalogue.routers[1].id
            #expect(lines.count == 1)
            #expect(lines.first?.contains("router:\(router)  10.0.0.5  \(second) (") == true)
            #expect(lines.first?.contains("GET  /latest/meta-data/mac") == true)
            // Nobody there is known by this name; who failed is told with the reason.
            let namespace = try served.lab.namespace(of: first)
            #expect(
                try PathTests.run(["ip", "address", "add", "10.0.0.77/24", "dev", "eth0"], in: namespace).status == 0)
            let failed = try watching(served, "trace", "--status", "4xx", "--limit", "1", "-f", "json") {
                _ = try served.curl(first, "--interface", "10.0.0.77", "\(metadata)/latest/meta-data/")
            }
            #expect(
                failed.output.contains(#""peer": "10.0.0.77""#) && failed.output.contains("no port has this address"))
        }
    }

    @Test func goesOnWithTheNextWorker() throws {
        try run { served in
            let first = served.topology.first
            let daemon = try #require(try processes("--oldest", "--full", control(served)).first)
            let worker = try processes("--parent", "\(daemon)")
            var time = "before"
            let traced = try watching(served, "trace", "--limit", "40", "-f", "json") {
                for _ in 0..<5 { _ = try served.curl(first, "\(metadata)/latest?\(time)") }
                guard time == "before" else { return }
                #expect(kill(daemon, SIGHUP) == 0)
                try waitUntil("the next worker alone") {
                    let found = try processes("--parent", "\(daemon)")
                    return found.count == 1 && found != worker
                }
                time = "after"
            }
            #expect(traced.status == 0 && traced.output.contains("/latest?after"))
        }
    }

    private func processes(_ criteria: String...) throws -> [pid_t] {
        try PathTests.run(["pgrep"] + criteria).output.split(separator: "\n").compactMap { pid_t($0) }
    }

    @Test func countsTheBusiest() throws {
        try run { served in
            let first = served.topology.first
            let top = try watching(served, "top", "--once", "--window", "2", "-f", "json") {
                _ = try served.curl(first, "\(metadata)/latest/meta-data/mac")
            }
            #expect(top.status == 0)
            #expect(top.output.contains(#""name": "\#(first)""#))
            #expect(top.output.contains(#""path": "/latest/meta-data/mac""#))
        }
    }

    @Test func onlyRootAndTheGroupMayOpenTheSocket() throws {
        try run { served in
            var status = stat()
            #expect(stat(control(served), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o660 && status.st_uid == 0)
            // A second daemon does not take it away.
            let second = try served.program(
                "serve", "--listen", "unix:\(served.program.directory)/second", "--store", served.program.store,
                "--config-file", served.program.config, "--control-socket", control(served))
            #expect(second.status == 1 && second.errors.contains("Another daemon is there"))
        }
    }

    @Test func saysWhereADaemonWasExpected() throws {
        try Program.withDirectory { program in
            let absent = try program("trace", "--control-socket", "\(program.directory)/control")
            #expect(absent.status == 1 && absent.errors.contains("found nothing there"))
            let none = try program("top", "--control-socket", "")
            #expect(none.status == 1 && none.errors.contains("control_socket is empty"))
        }
    }
}
