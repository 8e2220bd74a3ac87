import Foundation
import Identification
import InstanceModel
import MetadataDocuments
import Synchronization

/// The access log: one JSON line for each request, saying for each stage what it decided and how long it took.
///
/// Lines are collected in memory and written by ``write()`` off the event loops. When more than 4 MiB wait to be
/// written, further lines are dropped and counted in the next one.
public final class RequestLog: RequestObserver {
    private struct State {
        var lines: [UInt8] = []
        var dropped = 0
    }

    private static let limit = 4 << 20
    private let state = Mutex(State())
    private let file: FileHandle

    /// - Parameter path: appended to, created if absent; `-` for standard output.
    public init(path: String) throws {
        if path == "-" {
            self.file = .standardOutput
            return
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        self.file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func observe(_ record: inout RequestRecord) {
        let line = record.line
        state.withLock { state in
            guard state.lines.count + line.count <= Self.limit else { return state.dropped += 1 }
            state.lines += line
        }
    }

    /// Writes what has been collected; blocks while it does.
    public func write() {
        let (lines, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.lines, state.dropped)
        }
        if !lines.isEmpty { try? file.write(contentsOf: lines) }
        if dropped > 0 { try? file.write(contentsOf: Array("{\"dropped\": \(dropped)}\n".utf8)) }
    }

    /// Writes every 50 milliseconds until cancelled, and once more then.
    public func follow() async {
        defer { write() }
        while !Task.isCancelled {
            write()
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
