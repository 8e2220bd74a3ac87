import Foundation
import Glibc
import NetworkNamespaces

/// The metadata path that serves the lab: `metapath up` as a process of ours, with a store of its own.
struct LabService: Sendable {
    /// What the program's other commands are told by `--store`.
    var store: String
    /// One JSON line per request.
    var accessLog: String
    /// What `metapath trace` is told by `--control-socket`.
    var controlSocket: String

    /// How long the service may take to listen everywhere.
    private static let patience = Duration.seconds(15)

    /// Imports the instances, starts the service and waits until it listens in every namespace.
    static func start(
        for run: LabRun, transcript: Transcript, interruption: Interruption
    ) throws(LabError) -> LabService {
        // For us alone: it will hold user data.
        try run.lab.makeRunDirectory(mode: 0o700)
        let directory = run.lab.runDirectory
        let service = LabService(
            store: "sqlite:\(directory)/instances.sqlite", accessLog: "\(directory)/access.log",
            controlSocket: "\(directory)/control")
        try transcript.heading("The instances go into a store, and one process serves all networks.")
        try transcript.run(
            "\(run.program) instance import \(shellWord(run.instanceFile)) --store \(shellWord(service.store))")
        let namespaces = try run.lab.status().listeners.map(\.namespace)
        let arguments =
            ["up", "--config-file", run.configFile]
            + ["--store", service.store, "--access-log", service.accessLog]
            + ["--control-socket", service.controlSocket, "--no-discovery"]
            + namespaces.flatMap { ["--namespace", $0] }
        try transcript.command("\(run.program) \(arguments.map(shellWord).joined(separator: " ")) &")
        try service.launch(run, arguments, log: "\(directory)/service.log", interruption)
        return service
    }

    private func launch(
        _ run: LabRun, _ arguments: [String], log: String, _ interruption: Interruption
    ) throws(LabError) {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw LabError(.state, "Cannot write \(log): \(String(cString: strerror(errno))).") }
        defer { close(output) }
        let command = NamespaceCommand([run.executable] + arguments, deathSignal: SIGTERM)
        let process = try asLabError { () throws(NamespaceError) in try command.start(output: output, errors: output) }
        guard let recorded = RecordedProcess(pid: process.pid) else { throw ended(process.wait(), log, run) }
        try run.lab.update { $0.processes.append(recorded) }
        let deadline = ContinuousClock.now + Self.patience
        while try !isReady(run) {
            try interruption.check()
            if let status = process.pollStatus() { throw ended(status, log, run) }
            guard ContinuousClock.now < deadline else {
                throw LabError(
                    .commandFailed,
                    "`\(run.program) up` does not listen in every namespace and at \(run.serviceURL) after "
                        + "\(Self.patience). It wrote:\n\(text(of: log))")
            }
            usleep(10_000)
        }
    }

    /// True once somebody listens for guests everywhere, and at the service's port.
    private func isReady(_ run: LabRun) throws(LabError) -> Bool {
        guard try run.lab.status().listeners.allSatisfy({ $0.isListening == true }) else { return false }
        let probe = NamespaceCommand(["curl", "--silent", "--noproxy", "*", "--output", "/dev/null", run.serviceURL])
        return try asLabError { () throws(NamespaceError) in try probe.run().status } == 0
    }

    private func ended(_ status: Int32, _ log: String, _ run: LabRun) -> LabError {
        LabError(.commandFailed, "`\(run.program) up` ended with status \(status) and wrote:\n\(text(of: log))")
    }

    private func text(of log: String) -> String {
        (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    }
}
