/// One look at one thing on the path.
///
/// A check looks and does not touch: what it does to find out, a guest or an operator might do at any time.
public protocol Check<Subject>: Sendable {
    /// A namespace, a guest, or a service that answers.
    associatedtype Subject: CheckSubject

    /// Unique; in the words of the table of steps.
    var name: String { get }
    var hop: Hop { get }
    /// One sentence for the reference: what is looked at, and what is expected.
    var looksAt: String { get }
    /// The command that shows the same. Words in capitals such as `NAMESPACE` stand for what the subject has.
    var byHand: String { get }
    /// What it may find.
    var codes: [FindingCode] { get }

    func run(_ subject: Subject) async -> CheckOutcome
}

/// What a check is made of.
public protocol CheckSubject: Sendable {
    /// In the table of steps.
    var name: String { get }
    /// For the words in capitals of ``Check/byHand``.
    var words: [String: String] { get }
    /// What it took to look at what the checks of a hop go by.
    func lookTime(at hop: Hop) -> Duration
}

extension CheckSubject {
    public func lookTime(at hop: Hop) -> Duration { .zero }
}

public enum CheckOutcome: Sendable, Equatable {
    /// All is as it should be; what was found.
    case passed(String)
    /// At least one finding; one that is worse than info fails the check.
    case found([Finding])
    /// It could not be looked at, for this reason. Not counted as passed.
    case notRun(String)
    /// There is no such thing on this path.
    case notApplicable

    /// Passed if there is nothing to tell.
    static func findings(_ findings: [Finding], orPassed text: @autoclosure () -> String) -> CheckOutcome {
        findings.isEmpty ? .passed(text()) : .found(findings)
    }
}

/// A check that was made.
public struct Step: Sendable {
    public var hop: Hop
    public var check: String
    public var subject: String
    public var outcome: CheckOutcome
    /// With the looks that it needed.
    public var took: Duration
    /// The command that shows the same, for this subject.
    public var byHand: String

    public var findings: [Finding] {
        if case .found(let findings) = outcome { findings } else { [] }
    }
}

extension Check {
    /// Makes the check. Nil where there is nothing to look at.
    func step(_ subject: Subject) async -> Step? {
        let start = ContinuousClock.now
        let outcome = await run(subject)
        if outcome == .notApplicable { return nil }
        let command = subject.words.reduce(byHand) { $0.replacing($1.key, with: $1.value) }
        return Step(
            hop: hop, check: name, subject: subject.name, outcome: outcome,
            took: start.duration(to: .now) + subject.lookTime(at: hop),
            byHand: command)
    }
}
