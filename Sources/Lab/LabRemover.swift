import Foundation
import Glibc
import NetworkNamespaces

/// Removes what a record lists and nothing else; what is gone already is passed over.
struct LabRemover {
    var state: LabState

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
