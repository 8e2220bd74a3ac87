import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces

extension Lab {
    /// Starts one of the lab's programs and waits until it serves. One that runs is left alone.
    /// - Throws: ``LabError``: `notUp`, `noSuchProgram`, `commandFailed` with what it wrote.
    public func start(_ name: String) throws(LabError) {
        try launch(try program(name))
    }

    /// Ends one of the lab's programs, whoever has started it.
    public func stop(_ name: String) throws(LabError) {
        ProcessEnd.end(try program(name).processes)
    }

    private func program(_ name: String) throws(LabError) -> LabProgram {
        let programs = try standing().programs
        if let program = programs.first(where: { $0.name == name }) { return program }
        let known = programs.map(\.name).joined(separator: ", ")
        throw LabError(
            .noSuchProgram,
            known.isEmpty
                ? "This lab runs no programs. `metapath lab up FILE --path metapath` brings up one that does."
                : "Expected one of the lab's programs, found “\(name)”. There are: \(known).")
    }

    /// Writes the path's files, imports the instances and starts its programs.
    func bringUp(
        _ path: LabPath, _ catalogue: Catalogue, _ secret: String?, _ interruption: Interruption?
    ) throws(LabError) {
        let rows = try standing().rows
        let plan = LabPathPlan(path, catalogue, rows, directory: runDirectory, secret: secret ?? Self.newSecret())
        try update { state in
            state.path = path
            state.programs = plan.programs
        }
        for (name, text) in plan.files { try write(text, to: name) }
        for store in plan.stores { try importInstances(path.executable, store) }
        let haproxies = plan.programs.filter { $0.role == .haproxy }
        for program in plan.programs where program.role != .haproxy {
            try interruption?.check()
            try launch(program)
        }
        _ = try inParallel(haproxies.count) { index throws(LabError) in try launch(haproxies[index]) }
    }

    /// Where the lab's files are. Haproxies of other users have to get through to the agent's socket.
    var runDirectory: String { "\(stateFile.directory)/run" }

    /// A copy of what the lab is brought up from.
    func keep(_ instances: String) throws(LabError) {
        try makeRunDirectory(mode: 0o711)
        try write(instances, to: LabPathPlan.instances)
        let file = "\(runDirectory)/\(LabPathPlan.instances)"
        try update { $0.instanceFile = file }
    }

    /// Recorded before it is made.
    func makeRunDirectory(mode: Int) throws(LabError) {
        let directory = runDirectory
        try update { $0.files.append(directory) }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
        } catch {
            throw LabError(.state, "Cannot make the directory \(directory): \(error.localizedDescription)")
        }
    }

    private func write(_ text: String, to name: String) throws(LabError) {
        let place = "\(runDirectory)/\(name)"
        guard
            FileManager.default.createFile(
                atPath: place, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw LabError(.state, "Cannot write \(place): \(String(cString: strerror(errno))).") }
    }

    private func importInstances(_ executable: String, _ store: String) throws(LabError) {
        let arguments = [
            executable, "instance", "import", "\(runDirectory)/\(LabPathPlan.instances)", "--store", store,
        ]
        let result = try asLabError { () throws(NamespaceError) in try NamespaceCommand(arguments).run() }
        guard result.status == 0 else {
            throw LabError(.commandFailed, "`\(arguments.joined(separator: " "))` failed: \(result.errors)")
        }
    }

    private static func newSecret() -> String {
        (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
    }

    private func launch(_ program: LabProgram) throws(LabError) {
        guard program.processes.isEmpty else { return }
        try ProgramLaunch(program: program, log: "\(runDirectory)/\(program.name).log", lab: self).run()
    }
}
