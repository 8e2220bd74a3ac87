import Foundation
import Glibc
import NetworkNamespaces

/// Removes what a record lists and nothing else; what is gone already is passed over.
struct LabRemover {
    var state: LabState
    /// The lab's own.
    var directory: String

    func remove(_ removal: inout LabRemoval) throws(LabError) {
        endProcesses(&removal)
        try deleteNamespaces(&removal)
        removeFiles(&removal)
        if state.madeNamespaceDirectory { removeNamespaceDirectory() }
    }

    private func endProcesses(_ removal: inout LabRemoval) {
        for process in state.processes.reversed() where process.isRunning {
            process.end()
            removal.processes.append(process.pid)
        }
        let rest = programs
        ProcessEnd.end(rest)
        removal.processes += rest
    }

    /// What runs with a file of the lab's, also where somebody else has started it: programs of a path only, not an editor.
    private var programs: [Int32] {
        let names = Set(state.programs.compactMap { $0.arguments.first?.split(separator: "/").last.map(String.init) })
        guard !names.isEmpty else { return [] }
        return CalledProcess.all().filter { process in
            process.arguments.contains { $0.contains("\(directory)/run/") }
                && process.programs.contains { names.contains($0) }
        }.map(\.pid).filter { $0 != getpid() }
    }

    private func deleteNamespaces(_ removal: inout LabRemoval) throws(LabError) {
        let present = Set(try asLabError { () throws(NamespaceError) in try NetworkNamespace.list() })
        let names = state.namespaces.reversed().filter(present.contains)
        guard !names.isEmpty else { return }
        try IPBatch(lines: names.map { "netns delete \($0)" }).run()
        removal.namespaces += names
    }

    private func removeFiles(_ removal: inout LabRemoval) {
        for file in state.files.reversed() where (try? FileManager.default.removeItem(atPath: file)) != nil {
            removal.files.append(file)
        }
    }

    /// ip(8) mounts the directory on itself when it makes the first namespace.
    private func removeNamespaceDirectory() {
        guard (try? NetworkNamespace.list())?.isEmpty == true else { return }
        umount2(NetworkNamespace.directory, Int32(MNT_DETACH))
        rmdir(NetworkNamespace.directory)
    }
}
