/// What the service says of the guest's own instance, asked directly.
struct InstanceCheck: Check {
    let name = "instance"
    let hop = Hop.nova
    let looksAt = "The service knows the instance of the port, and has it in the port's project."
    let byHand = "metapath get /latest/meta-data/instance-id --instance INSTANCE --endpoint SERVICE"
    let codes: [FindingCode] = [.instanceMissing, .novaFails, .novaSlow]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard case .made(let documents) = path.documents else { return .notRun(Self.reason(path.documents)) }
        if let failure = documents.direct.failure {
            return .found([unanswered(path, failure.path, failure.reason)])
        }
        guard let answer = documents.direct["/latest/meta-data/instance-id"] else {
            return .notRun("the service was not asked")
        }
        switch answer.status {
        case 200: return .passed(answer.firstWords)
        case 404 where path.isOfAnotherProject: return .notRun("it is in another project than its port")
        case 404: return .found([missing(path)])
        case 500...: return .found([fails(path, answer)])
        default: return .notRun("the service answered with \(answer.status)")
        }
    }

    /// Nova says the same of an instance that it does not know and of one of another project (contract nova.md §2.2).
    private func missing(_ path: GuestPath) -> Finding {
        let guest = path.guest
        return Finding(
            .instanceMissing, guest.name,
            "The service knows no instance \(guest.instance) in project \(guest.project).",
            evidence: "404 to a request that is signed as the service wants it",
            remedy: Self.restoring(path).map(Remedy.command)
                ?? .advice(
                    "Remove the port if there is no instance \(guest.instance); make the port anew if the instance is in another project."
                ))
    }

    /// The lab has its instances in a file; in a cloud what Nova does not know is gone.
    private static func restoring(_ path: GuestPath) -> String? {
        let ofLab = path.guest.namespace != nil ? path.service : nil
        return ofLab?.starts.importing(into: ofLab?.store) ?? path.guest.stalePortRemoval
    }

    private func fails(_ path: GuestPath, _ answer: MetadataAnswer) -> Finding {
        Finding(
            .novaFails, path.guest.name,
            "The service answers a request of \(path.guest.name)'s with \(answer.status).", evidence: answer.firstWords,
            remedy: Self.restart(path))
    }

    /// It answers requests for instances that nobody has, and not those of this one: something that it asks itself hangs.
    private func unanswered(_ path: GuestPath, _ document: String, _ reason: AskingFailure) -> Finding {
        let isLate = if case .late = reason { true } else { false }
        return Finding(
            isLate ? .novaSlow : .novaFails, path.guest.name,
            "The service gives no answer to \(path.guest.name)'s request for \(document).", evidence: reason.text,
            remedy: Self.restart(path))
    }

    private static func restart(_ path: GuestPath) -> Remedy {
        let restart = path.service.flatMap { service in
            service.answering.map { Remedy.command(service.restart(ofServiceAt: $0.url)) }
        }
        return restart ?? .advice("Look at the service's log; `metapath serve --check` reaches what it needs.")
    }

    static func reason(_ comparison: DocumentComparison) -> String {
        if case .notMade(let reason) = comparison { reason } else { "" }
    }
}

extension GuestPath {
    /// By the service's own data; ``ProjectCheck`` tells of it.
    fileprivate var isOfAnotherProject: Bool {
        guard case .success(let owner?) = owner else { return false }
        return owner != guest.project
    }
}
