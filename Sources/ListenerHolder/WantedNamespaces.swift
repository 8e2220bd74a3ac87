import NetworkNamespaces

/// Which namespaces are to be served.
struct WantedNamespaces: Sendable {
    private let told: [String: NamespaceAssignment]
    private let discovers: Bool

    /// - Parameter discovers: those with names that Neutron gives, too.
    init(told: [NamespaceAssignment], discovers: Bool) {
        self.told = Dictionary(told.map { ($0.namespace, $0) }) { $1 }
        self.discovers = discovers
    }

    /// What was told counts more than what the name says. Nil for a namespace that is none of ours.
    func assignment(of name: String) -> NamespaceAssignment? {
        told[name] ?? (discovers ? NamespaceAssignment(discovered: name) : nil)
    }
}

/// Names without a namespace behind them yet: `ip netns add` makes the file first, and nobody tells when it mounts the
/// namespace on it.
struct PendingNamespaces: Sendable {
    /// How long a name is looked at often.
    private static let patience = Duration.seconds(10)

    private var since: [String: ContinuousClock.Instant] = [:]

    /// Those that can be entered now; remembers the others.
    mutating func ready(among assignments: [NamespaceAssignment]) -> [NamespaceAssignment] {
        let before = since
        since = [:]
        return assignments.filter { assignment in
            let name = assignment.namespace
            if NetworkNamespace.identity(of: name) != nil { return true }
            since[name] = before[name] ?? .now
            return false
        }
    }

    /// When to look again: soon after the name has appeared and less often later. Nil to wait for the next change.
    var delay: Duration? {
        guard let youngest = since.values.max() else { return nil }
        let age = ContinuousClock.now - youngest
        guard age < Self.patience else { return nil }
        return min(.milliseconds(50), max(.milliseconds(2), age / 4))
    }
}

/// The last failure of each namespace, so that it is logged once and tried again only now and then: the usual one is
/// that Neutron's own proxy has the port.
struct NamespaceFailures: Sendable {
    /// How long a namespace is left alone.
    private static let rest = Duration.seconds(4)

    private var failures: [String: (message: String, time: ContinuousClock.Instant)] = [:]

    func mayRetry(_ name: String) -> Bool {
        failures[name].map { ContinuousClock.now - $0.time >= Self.rest } ?? true
    }

    /// Remembers it. False when the namespace failed in the same way before, or has just gone.
    mutating func isNew(_ error: any Error, of name: String) -> Bool {
        if (error as? NamespaceError)?.kind == .noSuchNamespace { return false }
        return failures.updateValue(("\(error)", .now), forKey: name)?.message != "\(error)"
    }

    mutating func forget(_ name: String) {
        failures[name] = nil
    }

    mutating func keep(_ isWanted: (String) -> Bool) {
        failures = failures.filter { isWanted($0.key) }
    }
}
