/// What an examination has found.
public struct Diagnosis: Sendable {
    /// In the order of the path.
    public var steps: [Step]

    public init(steps: [Step]) {
        // Stable: of one hop the steps stay in the order of their subjects.
        self.steps = steps.enumerated().sorted { ($0.element.hop, $0.offset) < ($1.element.hop, $1.offset) }
            .map(\.element)
    }

    /// In the order of the path; each once.
    public var findings: [Finding] {
        var seen: [Finding] = []
        for finding in steps.flatMap(\.findings) where !seen.contains(finding) { seen.append(finding) }
        return seen.enumerated().sorted { ($0.element.code.hop, $0.offset) < ($1.element.code.hop, $1.offset) }
            .map(\.element)
    }

    /// Findings of one kind together, in the order of the path.
    public var groups: [[Finding]] {
        let byCode = Dictionary(grouping: findings, by: \.code)
        var seen: Set<FindingCode> = []
        return findings.compactMap { seen.insert($0.code).inserted ? byCode[$0.code] : nil }
    }

    /// The one to begin with: the first failure on the path, else the first warning.
    public var first: Finding? {
        findings.first { $0.code.severity == .failure } ?? findings.first { $0.code.severity == .warning }
    }

    public var notRun: [Step] {
        steps.filter { if case .notRun = $0.outcome { true } else { false } }
    }

    /// One line.
    public var verdict: String {
        guard let first else {
            let open = notRun.isEmpty ? "" : "; \(notRun.count) could not be made"
            return steps.contains { $0.hasPassed }
                ? "The path is whole: \(steps.count - notRun.count) checks, nothing to mend\(open)."
                : "Nothing could be looked at\(open)."
        }
        let word = first.code.severity == .failure ? "The path is broken at" : "The path works; look at"
        return "\(word) \(first.code.hop.rawValue): \(first.text)"
    }

    /// 0: nothing worse than info; 1: warnings; 2: failures, or nothing that could be looked at.
    public var exitStatus: Int32 {
        switch first?.code.severity {
        case .failure: 2
        case .warning: 1
        default: steps.contains { $0.hasPassed } ? 0 : 2
        }
    }
}

extension Step {
    var hasPassed: Bool {
        if case .passed = outcome { return true }
        return !findings.isEmpty && findings.allSatisfy { $0.code.severity == .info }
    }
}
