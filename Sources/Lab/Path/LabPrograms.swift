import Foundation
import Glibc
import NetworkNamespaces

extension LabProgram {
    /// Those that run, found by what they were called with: also one that somebody else has started in its place.
    public var processes: [Int32] {
        CalledProcess.all().filter { $0.isCalled(with: arguments) }.map(\.pid)
    }
}

/// A process and its arguments.
struct CalledProcess {
    var pid: Int32
    var arguments: [String]

    /// Those that run; not such as have ended and are still listed.
    static func all() -> [CalledProcess] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap(CalledProcess.init)
    }

    private init?(pid: Int32) {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"), !data.isEmpty else { return nil }
        self.pid = pid
        arguments = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// With these words, maybe more after them, and the interpreter of a script before them.
    func isCalled(with words: [String]) -> Bool {
        arguments.starts(with: words) || arguments.dropFirst().starts(with: words)
    }

    /// Without directories.
    var programs: [String] {
        arguments.prefix(2).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    }
}

/// Ends processes: politely, also those that are stopped, then not.
enum ProcessEnd {
    /// Blocks until none of them is there.
    static func end(_ pids: [Int32], patience: Int = 5000) {
        let processes = pids.compactMap(RecordedProcess.init)
        for process in processes where process.isRunning {
            kill(process.pid, SIGTERM)
            kill(process.pid, SIGCONT)
        }
        for process in processes { process.end(patience: patience) }
    }
}
