/// How bad a finding is.
public enum Severity: String, CaseIterable, Comparable, Sendable {
    /// Worth knowing; nothing has to be done.
    case info
    /// The path works, and will not in some circumstances.
    case warning
    /// Guests get nothing, or the wrong thing.
    case failure

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
