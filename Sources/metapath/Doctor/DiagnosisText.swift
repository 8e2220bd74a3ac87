import Doctor
import Foundation
import MetadataDocuments

/// A diagnosis for people: the verdict, what mends it, and the table of steps.
struct DiagnosisText {
    var diagnosis: Diagnosis
    /// How many remedies of one kind are told in full.
    private static let shown = 4

    func text(_ output: OutputOptions) throws -> String {
        switch output.format {
        case .json: return JSONPrinter.text(object)
        case .yaml: return try YAMLPrinter.text(object)
        case .csv, .value: return try listing.text(output)
        case .table: break
        }
        return (summary + ["", try listing.text(output)]).joined(separator: "\n")
    }

    /// The verdict, and what mends it, in lines.
    var summary: [String] {
        let groups = diagnosis.groups.filter { ($0.first?.code.severity ?? .info) > .info }
        // The verdict is the first line of its group.
        let first = groups.filter { $0.first == diagnosis.first }
        return [diagnosis.verdict] + (first + groups.filter { $0.first != diagnosis.first }).flatMap(lines)
    }

    private func lines(_ group: [Finding]) -> [String] {
        guard let first = group.first else { return [] }
        let told = first == diagnosis.first ? [] : ["", "\(first.code.hop.rawValue): \(first.text)"]
        let others = group.dropFirst().map(\.subject)
        let also = others.isEmpty ? [] : ["  Also: \(Self.list(others))"]
        var remedies: [String] = []
        for finding in group where !remedies.contains(finding.remedy.text) { remedies.append(finding.remedy.text) }
        let rest = remedies.count - Self.shown
        let more = rest > 0 ? ["        and \(rest) more like it; -f json has them all"] : []
        let fixes = remedies.prefix(Self.shown).enumerated().map { ($0 == 0 ? "  Fix:  " : "        ") + $1 }
        return told + ["  Seen: \(first.evidence)"] + fixes + more + also
    }

    private static func list(_ names: [String]) -> String {
        let rest = names.count - 6
        return names.prefix(6).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// One row a step.
    var listing: Listing {
        Listing(
            columns: ["Hop", "Check", "Subject", "State", "Found", "Took"],
            rows: diagnosis.steps.map { step in
                [
                    .text(step.hop.rawValue), .text(step.check), .text(step.subject), .text(step.state),
                    .text(step.found), .text(Self.duration(step.took)),
                ]
            })
    }

    var object: JSONValue {
        [
            "verdict": .string(diagnosis.verdict),
            "first_broken_hop": .string(orNull: diagnosis.first?.code.hop.rawValue),
            "exit_status": .integer(Int(diagnosis.exitStatus)),
            "findings": .array(diagnosis.findings.map(Self.object)),
            "steps": .array(diagnosis.steps.map(Self.object)),
        ]
    }

    private static func object(_ finding: Finding) -> JSONValue {
        [
            "code": .string(finding.code.rawValue), "severity": .string(finding.code.severity.rawValue),
            "hop": .string(finding.code.hop.rawValue), "subject": .string(finding.subject),
            "text": .string(finding.text), "evidence": .string(finding.evidence),
            "remedy": ["kind": .string(finding.remedy.kind), "text": .string(finding.remedy.text)],
        ]
    }

    private static func object(_ step: Step) -> JSONValue {
        [
            "hop": .string(step.hop.rawValue), "check": .string(step.check), "subject": .string(step.subject),
            "state": .string(step.state), "found": .string(step.found),
            "microseconds": .integer(Int(step.took / .microseconds(1))), "by_hand": .string(step.byHand),
        ]
    }

    private static func duration(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        return milliseconds < 1000
            ? "\((milliseconds * 10).rounded() / 10) ms" : "\((milliseconds / 100).rounded() / 10) s"
    }
}

extension Step {
    /// `ok`, the worst severity of its findings, or `not run`.
    var state: String {
        switch outcome {
        case .passed: "ok"
        case .found(let findings): findings.map(\.code.severity).max()?.rawValue ?? "ok"
        case .notRun: "not run"
        case .notApplicable: "not applicable"
        }
    }

    var found: String {
        switch outcome {
        case .passed(let text), .notRun(let text): text
        case .found(let findings): findings.map(\.code.rawValue).joined(separator: ", ")
        case .notApplicable: ""
        }
    }
}
