import Doctor
import Foundation

/// What one examination after the other has found, and what has changed in between.
struct DoctorHistory {
    /// A finding that was not there before, or is there no more.
    struct Change {
        var time: Date
        var isNew: Bool
        var finding: Finding
    }

    /// Changes beyond these are forgotten, the oldest first.
    private static let kept = 100

    /// Of the latest examination; a reason where none could be made.
    private(set) var latest: Result<Diagnosis, CommandError>?
    /// The latest first.
    private(set) var changes: [Change] = []
    private var findings: [Finding] = []

    /// - Returns: what has changed since the one before, all of it for the first.
    @discardableResult
    mutating func take(_ outcome: Result<Diagnosis, CommandError>, at time: Date) -> [Change] {
        latest = outcome
        // What could not be looked at has not changed.
        guard case .success(let diagnosis) = outcome else { return [] }
        let now = diagnosis.findings
        let gone = findings.filter { !Self.contains(now, $0) }.map { Change(time: time, isNew: false, finding: $0) }
        let new = now.filter { !Self.contains(findings, $0) }.map { Change(time: time, isNew: true, finding: $0) }
        findings = now
        changes = Array((new + gone + changes).prefix(Self.kept))
        return new + gone
    }

    /// As `doctor` ends without --watch.
    var exitStatus: Int32 {
        if case .success(let diagnosis) = latest { diagnosis.exitStatus } else { 255 }
    }

    /// What was seen of it may be another count each time.
    private static func contains(_ findings: [Finding], _ finding: Finding) -> Bool {
        findings.contains { $0.code == finding.code && $0.subject == finding.subject }
    }
}
