import ArgumentParser
import Foundation
import ProcessSeparation

/// A connection to a daemon's control socket: one question, and the lines of its answer.
final class ControlConnection {
    private let path: String
    private let descriptor: Int32
    private var received: [UInt8] = []
    /// Of the answer; nil until its head is there.
    private var status: Int?

    /// - Throws: `CommandError` that says what is not there and what to do.
    init(path: String, target: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("open a socket") }
        guard try UnixAddress.with(path, { connect(descriptor, $0, $1) }) == 0 else {
            throw CommandError(ControlFailure(path: path, code: errno).description)
        }
        // HTTP/1.0: the answer comes as it is, without chunks, until the connection ends.
        let request = Array("GET \(target) HTTP/1.0\r\nHost: metapath\r\n\r\n".utf8)
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    }

    deinit {
        close(descriptor)
    }

    /// The lines that have come; none after `milliseconds` without any. Nil: the answer has ended.
    /// - Throws: `CommandError`, `ValidationError` when the daemon refuses.
    func read(within milliseconds: Int32) throws -> [ArraySlice<UInt8>]? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return try end() }
        received += buffer[..<count]
        if status == nil { takeHead() }
        return status == 200 ? takeLines() : []
    }

    private func end() throws -> [ArraySlice<UInt8>]? {
        guard let status, status != 200 else { return nil }
        let text = String(decoding: received, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if status == 400 { throw ValidationError(text) }
        throw CommandError("The daemon at \(path) refuses with status \(status): \(text).")
    }

    private func takeHead() {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let words = received[..<end.lowerBound].split(separator: UInt8(ascii: " "), maxSplits: 2)
        status = words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) : nil
        received.removeSubrange(..<end.upperBound)
    }

    private func takeLines() -> [ArraySlice<UInt8>] {
        guard let last = received.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = received[...last].split(separator: UInt8(ascii: "\n"))
        received = Array(received[(last + 1)...])
        return lines
    }
}
