/// Something that is not as it should be, with what shows it and what mends it.
public struct Finding: Sendable, Equatable {
    public var code: FindingCode
    /// What it concerns: a namespace, an instance, a service or a file.
    public var subject: String
    /// One sentence, complete by itself.
    public var text: String
    /// What was seen: a line of a listing, an answer, two fingerprints. Never a secret.
    public var evidence: String
    public var remedy: Remedy

    public init(_ code: FindingCode, _ subject: String, _ text: String, evidence: String, remedy: Remedy) {
        self.code = code
        self.subject = subject
        self.text = text
        self.evidence = evidence
        self.remedy = remedy
    }
}

/// What mends a finding, to be applied as it stands.
public enum Remedy: Sendable, Equatable {
    /// For a shell, as root.
    case command(String)
    /// What no command on this host can do.
    case advice(String)

    public var text: String {
        switch self {
        case .command(let command): command
        case .advice(let advice): advice
        }
    }

    /// `command` or `advice`.
    public var kind: String {
        switch self {
        case .command: "command"
        case .advice: "advice"
        }
    }
}
