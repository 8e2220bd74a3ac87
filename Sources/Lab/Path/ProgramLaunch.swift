import Foundation
import Glibc
import NetworkNamespaces

/// Starts a program that outlives this process, and waits until it serves.
struct ProgramLaunch {
    var program: LabProgram
    /// What it writes.
    var log: String
    var lab: Lab

    /// How long it may take to serve.
    private static let patience = Duration.seconds(20)

    /// - Throws: ``LabError`` `commandFailed` where it ends or does not serve in time, with what it wrote.
    func run() throws(LabError) {
        if let url = program.url, try answers(url) {
            throw LabError(
                .commandFailed,
                "Expected nobody at \(url), where the lab's \(program.name) is to be; somebody answers there.")
        }
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw LabError(.state, "Cannot write \(log): \(String(cString: strerror(errno))).") }
        defer { close(output) }
        // No signal when we end.
        var command = NamespaceCommand(program.arguments, in: program.namespace, deathSignal: 0)
        command.environment.append("\(LabProgram.nameVariable)=\(program.name)")
        let process = try asLabError { () throws(NamespaceError) in try command.start(output: output, errors: output) }
        let deadline = ContinuousClock.now + Self.patience
        while try !isServing() {
            if let status = process.pollStatus() { throw failure("ended with status \(status)") }
            guard ContinuousClock.now < deadline else { throw failure("does not serve after \(Self.patience)") }
            usleep(20_000)
        }
    }

    private func isServing() throws(LabError) -> Bool {
        switch program.role {
        case .haproxy: try listens(in: program.namespace ?? "")
        case .path: try listensEverywhere() ? try answers(program.url ?? "") : false
        case .service, .neutron: try answers(program.url ?? "")
        case .agent: try answers("http://agent/", "--unix-socket", "\(lab.runDirectory)/metadata_proxy")
        }
    }

    private func listensEverywhere() throws(LabError) -> Bool {
        try lab.status().listeners.allSatisfy { $0.isListening == true }
    }

    private func listens(in namespace: String) throws(LabError) -> Bool {
        guard let port = try lab.standing().rows.first(where: { $0.namespace == namespace })?.port else { return false }
        return try asLabError { () throws(NamespaceError) in
            try NetworkNamespace.listeningPorts(in: namespace).contains(port)
        }
    }

    /// Whether a connection can be made; what is said on it does not matter.
    private func answers(_ url: String, _ options: String...) throws(LabError) -> Bool {
        let probe = NamespaceCommand(
            ["curl", "--silent", "--noproxy", "*", "--max-time", "1", "--output", "/dev/null"] + options + [url])
        // curl(1): 7 is “failed to connect”.
        return try asLabError { () throws(NamespaceError) in try probe.run().status } != 7
    }

    private func failure(_ what: String) -> LabError {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let command = program.arguments.map(shellWord).joined(separator: " ")
        return LabError(.commandFailed, "`\(command)` \(what) and wrote:\n\(text.suffix(2000))")
    }
}
