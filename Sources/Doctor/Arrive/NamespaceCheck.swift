import NetworkNamespaces

/// The namespaces that routers and networks ought to have on this host.
struct NamespaceCheck: Check {
    let name = "namespace"
    let hop = Hop.namespace
    let looksAt = "Every router and network that the store says is served here has its namespace, which can be entered."
    let byHand = "ip netns list"
    let codes: [FindingCode] = [.namespaceMissing, .namespaceBroken]

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let facts = path.facts else { return missing(path) }
        if case .failure(let failure) = facts.devices {
            if failure.isAboutPermission { return .notRun(failure.reason) }
            return .found([
                Finding(
                    .namespaceBroken, path.namespace,
                    "The namespace \(path.namespace) has a name and cannot be entered.",
                    evidence: failure.reason,
                    remedy: path.makingAnew(after: "ip netns delete \(path.namespace)"))
            ])
        }
        return .passed(path.guestDevices.map(\.name).joined(separator: ", "))
    }

    private func missing(_ path: NamespacePath) -> CheckOutcome {
        guard let reason = path.expectedBecause else { return .notApplicable }
        return .found([
            Finding(
                .namespaceMissing, path.namespace, "There is no namespace \(path.namespace) for \(reason).",
                evidence: "\(NetworkNamespace.directory)/\(path.namespace) does not exist",
                remedy: path.makingAnew())
        ])
    }
}

extension NamespacePath {
    /// What makes the namespace and its devices anew. Who has made one of another name nobody knows.
    func makingAnew(after first: String? = nil) -> Remedy {
        let maker = makeCommand ?? (isNeutrons ? "systemctl restart \(kind.agentUnit)" : nil)
        guard let maker else { return .advice("Make \(namespace) and its devices anew, as they were made.") }
        return .command((first.map { "\($0) && " } ?? "") + maker)
    }
}

extension NamespaceKind {
    /// Who makes such namespaces.
    var agentUnit: String {
        switch self {
        case .router: "neutron-l3-agent"
        case .dhcp: "neutron-dhcp-agent"
        case .ovnMetadata: "neutron-ovn-metadata-agent"
        }
    }
}

extension LookFailure {
    var isAboutPermission: Bool { reason.contains("CAP_SYS_ADMIN") || reason.contains("not permitted") }
}
