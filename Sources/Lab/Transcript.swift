import Foundation
import Glibc
import NetworkNamespaces

/// Commands as a person would type them, each run exactly as printed and followed by what it really wrote.
struct Transcript: Sendable {
    /// `NAME=value` each.
    var environment: [String]
    var interruption: Interruption?
    /// Commands and headings stand out. Only on a terminal, and not against `NO_COLOR` (no-color.org).
    var isColoured = isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)

    /// Output beyond this is cut, and marked so.
    private static let longestOutput = 4000
    /// How long one command may take.
    private static let patience = Duration.seconds(20)

    /// A line that introduces the next commands.
    func heading(_ text: String) throws(LabError) {
        try write("\n" + styled("# \(text)", "1;36") + "\n")
    }

    func text(_ text: String) throws(LabError) {
        try write(text + "\n")
    }

    /// Prints a command that is not run by the shell.
    func command(_ line: String) throws(LabError) {
        try write(styled("$ \(line)", "1") + "\n")
    }

    /// Prints the command, runs it with `sh -c`, prints what it wrote. Its output.
    /// - Throws: ``LabError`` `commandFailed` with the command and its output when it fails.
    @discardableResult
    func run(_ line: String) throws(LabError) -> String {
        try command(line)
        var command = NamespaceCommand(["/bin/sh", "-c", line])
        command.environment = environment
        let deadline = ContinuousClock.now + Self.patience
        let result = try asLabError { () throws(NamespaceError) in
            try command.run { ContinuousClock.now < deadline && interruption?.isRaised != true }
        }
        try interruption?.check()
        guard result.status == 0 else {
            throw LabError(
                .commandFailed,
                "`\(line)` ended with status \(result.status) and wrote:\n\(result.output)\(result.errors)")
        }
        try write(shown(result.output))
        return result.output
    }

    private func shown(_ output: String) -> String {
        let start = output.prefix(Self.longestOutput)
        let rest = output.utf8.count - start.utf8.count
        let end = rest == 0 ? (output.hasSuffix("\n") || output.isEmpty ? "" : "\n") : "\n… \(rest) more bytes …\n"
        return start + end
    }

    private func styled(_ text: String, _ style: String) -> String {
        isColoured ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }

    /// Directly, so that the order is right beside what other programs write, and a reader who left is noticed.
    private func write(_ text: String) throws(LabError) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw LabError(.commandFailed, "Cannot write the transcript: \(error.localizedDescription)")
        }
    }
}

/// A word for a shell: as it is, or in quotes if it has anything a shell would read.
func shellWord(_ text: String) -> String {
    let isPlain =
        !text.isEmpty
        && text.allSatisfy { character in
            character.isASCII && (character.isLetter || character.isNumber || "_-./:=@%+,".contains(character))
        }
    return isPlain ? text : "'\(text.replacing("'", with: #"'\''"#))'"
}
