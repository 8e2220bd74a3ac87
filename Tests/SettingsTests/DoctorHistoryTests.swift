import Foundation
import Testing

@testable import Doctor
@testable import metapath

@Suite("What has changed between two examinations is told once")
struct DoctorHistoryTests {
    private static func diagnosis(_ findings: (FindingCode, String)...) -> Result<Diagnosis, CommandError> {
        let found = findings.map { Finding($0, $1, "", evidence: "", remedy: .advice("")) }
        let step = Step(
            hop: .rules, check: "rules", subject: "", outcome: found.isEmpty ? .passed("") : .found(found), took: .zero,
            byHand: "")
        return .success(Diagnosis(steps: [step]))
    }

    private static func words(_ changes: [DoctorHistory.Change]) -> [String] {
        changes.map { "\($0.isNew ? "new" : "gone") \($0.finding.code.rawValue) \($0.finding.subject)" }
    }

    @Test func newAndGone() {
        var history = DoctorHistory()
        let time = Date(timeIntervalSince1970: 0)
        #expect(history.take(Self.diagnosis(), at: time).isEmpty)
        #expect(Self.words(history.take(Self.diagnosis((.ruleMissing, "a")), at: time)) == ["new rule-missing a"])
        #expect(history.take(Self.diagnosis((.ruleMissing, "a")), at: time).isEmpty)
        #expect(history.exitStatus == 2)
        let changes = history.take(Self.diagnosis((.ruleMissing, "b")), at: time + 5)
        #expect(Self.words(changes) == ["new rule-missing b", "gone rule-missing a"])
        #expect(history.changes.map(\.time) == [time + 5, time + 5, time])
    }

    @Test func whatCannotBeExaminedHasNotChanged() {
        var history = DoctorHistory()
        let time = Date(timeIntervalSince1970: 0)
        history.take(Self.diagnosis((.guestCutOff, "a")), at: time)
        #expect(history.take(.failure(CommandError("no")), at: time).isEmpty)
        #expect(history.exitStatus == 255)
        #expect(history.take(Self.diagnosis((.guestCutOff, "a")), at: time).isEmpty)
    }
}
