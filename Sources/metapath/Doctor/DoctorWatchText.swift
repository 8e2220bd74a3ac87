import ArgumentParser
import Doctor
import Foundation
import MetadataDocuments

/// One examination of `doctor --watch`: for a screen, or as a line.
struct DoctorWatchText {
    let history: DoctorHistory
    let time: Date
    /// Seconds from one examination to the next.
    let interval: Int
    let took: Duration

    /// As much of everything as there is room for, what matters first.
    func lines(_ size: (lines: Int, columns: Int)) throws -> [String] {
        let text = try body
        let changes = history.changes.map(Self.line)
        let all =
            [head, ""] + text.summary.flatMap { Self.wrapped($0, size.columns) } + ["", "CHANGES"]
            + (changes.isEmpty ? ["none"] : Array(changes.prefix(8))) + [""] + text.table
        return all.prefix(size.lines).enumerated().map { index, line in
            let line = Terminal.printable(String(line.prefix(size.columns)))
            return index == 2 || line == "CHANGES" ? Terminal.coloured(line, .bold) : line
        }
    }

    /// The diagnosis of `doctor -f json`, with the time and what has changed.
    func line(_ changes: [DoctorHistory.Change]) -> [UInt8] {
        var members: [JSONValue.Member] = [.init(key: "time", value: .string(Self.timestamp(time)))]
        switch history.latest {
        case .success(let diagnosis):
            if case .object(let own) = DiagnosisText(diagnosis: diagnosis).object { members += own }
            members.append(.init(key: "changes", value: .array(changes.map(Self.object))))
        case .failure(let error): members.append(.init(key: "error", value: .string("\(error)")))
        case nil: break
        }
        return JSONValue.object(members).serialised() + [UInt8(ascii: "\n")]
    }

    private var head: String {
        let seconds = (took / .milliseconds(100)).rounded() / 10
        return "metapath doctor   \(Self.clock(time)) UTC   every \(interval) s   took \(seconds) s   Ctrl-C ends"
    }

    private var body: (summary: [String], table: [String]) {
        get throws {
            switch history.latest {
            case .success(let diagnosis):
                let text = DiagnosisText(diagnosis: diagnosis)
                let table = try text.listing.text(OutputOptions.parse([]))
                return (text.summary, table.split(separator: "\n").map(String.init))
            case .failure(let error): return (["Error: \(error)"], [])
            case nil: return ([], [])
            }
        }
    }

    private static func line(_ change: DoctorHistory.Change) -> String {
        let finding = change.finding
        return "\(clock(change.time))  \(change.isNew ? "new " : "gone")  \(finding.code.rawValue): \(finding.text)"
    }

    private static func object(_ change: DoctorHistory.Change) -> JSONValue {
        let finding = change.finding
        return [
            "time": .string(timestamp(change.time)), "change": .string(change.isNew ? "new" : "gone"),
            "code": .string(finding.code.rawValue), "subject": .string(finding.subject),
            "text": .string(finding.text),
        ]
    }

    private static func timestamp(_ time: Date) -> String { time.formatted(.iso8601) }

    private static func clock(_ time: Date) -> String { String(timestamp(time).dropFirst(11).prefix(8)) }

    /// Commands are to be copied as a whole.
    private static func wrapped(_ line: String, _ columns: Int) -> [String] {
        guard line.count > columns, columns > 0 else { return [line] }
        return [String(line.prefix(columns))] + wrapped(String(line.dropFirst(columns)), columns)
    }
}
