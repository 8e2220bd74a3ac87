import Foundation
import Glibc

/// Everything the lab has made or is about to make, so that it can be removed whatever happens.
///
/// It is written before anything is created: what it lists may not exist, but nothing of ours exists that it does not
/// list.
struct LabState: Codable, Sendable {
    /// The program that is bringing the lab up or running the demonstration; nil for a lab that stands by itself.
    var owner: RecordedProcess?
    /// In order of creation.
    var namespaces: [String]
    var processes: [RecordedProcess] = []
    /// Files and directories, each removed with all it holds.
    var files: [String] = []
    /// True when the directory of named namespaces was not there before.
    var madeNamespaceDirectory: Bool
    var rows: [LabStatus.Row]
    /// Who serves the guests; nil where that is not the lab's affair.
    var path: LabPath?
    /// What it runs for them.
    var programs: [LabProgram] = []
    /// A copy of what it was brought up from.
    var instanceFile: String?
}

/// Where the state is kept: `lab.json` in a directory of the lab's own. Only root can write there.
struct LabStateFile: Sendable {
    var directory: String

    var path: String { "\(directory)/lab.json" }

    /// Nil when no lab stands.
    func load() throws(LabError) -> LabState? {
        guard let data = FileManager.default.contents(atPath: path) else {
            guard access(path, F_OK) != 0 else { throw LabError(.state, "Cannot read \(path).") }
            return nil
        }
        do {
            return try JSONDecoder().decode(LabState.self, from: data)
        } catch {
            throw LabError(
                .state,
                "Expected the record of a lab in \(path), found something else: \(error). Remove the namespaces that "
                    + "`ip netns list` shows and you do not know, then this file.")
        }
    }

    /// Writes the first state. Of two programs that try, one wins: a link is made or exists.
    func claim(_ state: LabState) throws(LabError) {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw LabError(.state, "Cannot make the directory \(directory): \(error.localizedDescription)")
        }
        let draft = try writeDraft(state)
        defer { unlink(draft) }
        guard link(draft, path) == 0 else {
            guard errno == EEXIST else { throw failure("write \(path)") }
            throw LabError(.alreadyUp, "A lab stands already, recorded in \(path). `metapath lab down` removes it.")
        }
    }

    /// Replaces the state in one step.
    func save(_ state: LabState) throws(LabError) {
        let draft = try writeDraft(state)
        guard rename(draft, path) == 0 else { throw failure("write \(path)") }
    }

    /// Removes the file, and the directory if nothing else is in it.
    func remove() {
        unlink(path)
        rmdir(directory)
    }

    private func writeDraft(_ state: LabState) throws(LabError) -> String {
        let draft = "\(directory)/.lab.json.\(getpid())"
        do {
            try JSONEncoder().encode(state).write(to: URL(filePath: draft))
        } catch {
            throw LabError(.state, "Cannot write \(draft): \(error.localizedDescription)")
        }
        return draft
    }

    private func failure(_ action: String) -> LabError {
        LabError(.state, "Cannot \(action): \(String(cString: strerror(errno))).")
    }
}
