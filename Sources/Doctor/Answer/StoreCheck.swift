/// Something that holds the instances, as whoever serves them would find it.
public struct StoreFacts: Sendable {
    public var name: String
    /// What was found; the reason where it is of no use.
    public var found: Result<String, LookFailure>
    /// What brings it back; nil where that is not known.
    public var cure: String?

    public init(name: String, found: Result<String, LookFailure>, cure: String? = nil) {
        self.name = name
        self.found = found
        self.cure = cure
    }
}

/// Where the instances are: the store's file, or Nova's databases.
struct StoreCheck: Check {
    let name = "store"
    let hop = Hop.nova
    let looksAt = "The instances can be read where this host's configuration says they are."
    let byHand = "metapath serve --check --config-file FILE"
    let codes: [FindingCode] = [.storeFails]

    func run(_ path: ServicePath) async -> CheckOutcome {
        guard !path.stores.isEmpty else { return .notApplicable }
        let findings = path.stores.compactMap(finding)
        let found = path.stores.compactMap { try? $0.found.get() }.joined(separator: "; ")
        return .findings(findings, orPassed: found)
    }

    private func finding(_ store: StoreFacts) -> Finding? {
        guard case .failure(let failure) = store.found else { return nil }
        return Finding(
            .storeFails, store.name, "The instances cannot be read from \(store.name).", evidence: failure.reason,
            remedy: store.cure.map(Remedy.command)
                ?? .advice("Bring \(store.name) back, or correct what the service's file says of it."))
    }
}
