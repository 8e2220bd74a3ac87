import Foundation
import Glibc

/// A process that the lab has started, told from a later one of the same number by when it started.
struct RecordedProcess: Codable, Hashable, Sendable {
    var pid: Int32
    /// Clock ticks from boot to its start (proc(5), `stat` field 22).
    var startTime: UInt64

    /// The process that has this number now; nil when there is none.
    init?(pid: Int32) {
        guard let fields = Self.statFields(of: pid), fields.count > 19, let startTime = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    /// False also for one that has ended and that its parent has not yet asked about. One of which only the first thread
    /// has ended still has its sockets.
    var isRunning: Bool {
        guard let fields = Self.statFields(of: pid), fields.count > 19, UInt64(fields[19]) == startTime else {
            return false
        }
        let hasEnded = fields[0] == "Z" || fields[0] == "X"
        return !hasEnded || Int(fields[17]) ?? 0 > 1
    }

    /// Asks it to end, and makes it end when it has not within `patience` milliseconds.
    func end(patience: Int = 5000) {
        guard isRunning else { return }
        kill(pid, SIGTERM)
        for _ in 0..<patience where isRunning { usleep(1000) }
        if isRunning { kill(pid, SIGKILL) }
        for _ in 0..<1000 where isRunning { usleep(1000) }
    }

    /// What follows the program's name in `stat`: the state first. The name is in parentheses and may hold any others.
    private static func statFields(of pid: Int32) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let nameEnd = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: nameEnd)...].split(separator: " ")
    }
}
