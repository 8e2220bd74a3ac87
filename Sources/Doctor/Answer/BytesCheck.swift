import MetadataDocuments

/// What a guest gets, against what the service gives.
struct BytesCheck: Check {
    let name = "documents"
    let hop = Hop.bytes
    let looksAt =
        """
        Every document, user data included, comes to the guest with the status and the bytes that the service gives to a \
        signed request. `random_seed` is left out, which is another each time.
        """
    let byHand =
        "ip netns exec GUEST curl http://169.254.169.254/latest/user-data | cmp - <(metapath get /latest/user-data --instance INSTANCE --endpoint SERVICE --raw)"
    let codes: [FindingCode] = [
        .guestCutOff, .largeRepliesLost, .listenerSilent, .rateLimitLow, .unresolved, .resolverFails, .wrongProject,
        .secretNotReloaded,
        .secretRefused, .noAnswer,
        .otherStatus, .userDataDiffers, .documentsDiffer,
    ]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard case .made(let documents) = path.documents else { return .notRun(InstanceCheck.reason(path.documents)) }
        if let missing = documents.missing { return .notRun(missing) }
        if let failure = documents.direct.failure {
            return .notRun("the service itself gives no answer to \(failure.path)")
        }
        guard documents.direct["/latest/meta-data/instance-id"]?.status == 200 else {
            return .notRun("the service does not give them")
        }
        if let failure = documents.through.failure {
            return .found([await unanswered(path, documents, failure.path, failure.reason)])
        }
        let different = documents.paths.filter { differs($0, documents) }
        guard let first = different.first, let direct = documents.direct[first],
            let through = documents.through.answers[first]
        else {
            let bytes = documents.through.answers.values.reduce(0) { $0 + $1.body.count }
            return .passed("\(documents.paths.count) documents, \(bytes) bytes, all alike")
        }
        if through.status == 429, let limit = path.arrival?.guestLimit {
            return .notRun("guests may make \(limit) there, and this look is one more")
        }
        if direct.status != through.status { return .found([status(path, first, direct, through)]) }
        return .found([content(path, different, direct, through)])
    }

    private func differs(_ path: String, _ documents: DocumentComparison.Documents) -> Bool {
        guard let direct = documents.direct[path], let through = documents.through.answers[path] else { return false }
        guard direct.status == through.status else { return true }
        if path.hasSuffix(".json"), let one = Self.stable(direct.body), let other = Self.stable(through.body) {
            return one != other
        }
        // What a service that failed writes is its own affair.
        return direct.status == 200 && direct.body != through.body
    }

    private static func stable(_ body: [UInt8]) -> JSONValue? {
        guard case .object(let members)? = try? JSONValue(parsing: body) else { return nil }
        return .object(members.filter { $0.key != "random_seed" })
    }

    // MARK: findings

    private func unanswered(
        _ path: GuestPath, _ documents: DocumentComparison.Documents, _ document: String, _ reason: AskingFailure
    ) async -> Finding {
        let guest = path.guest.name
        let size = documents.direct[document]?.body.count ?? 0
        let largest = documents.through.answers.values.map(\.body.count).max()
        if largest == nil, let finding = await GuestCutOff.finding(path) { return finding }
        if case .unreachable = reason {
        } else if let largest, size > largest, size > 1000 {
            return await largeLost(path, size, "up to \(largest) bytes arrived; \(document): \(reason.text)")
        }
        if case .late = reason, largest == nil {
            return Finding(
                .listenerSilent, path.arrival?.namespace ?? guest, "\(guest) asks and gets no answer.",
                evidence: "\(document): \(reason.text); the service itself answers",
                remedy: .command(path.listenerRestart))
        }
        return Finding(
            .noAnswer, guest, "\(guest) gets no answer to \(document).", evidence: reason.text,
            remedy: .command(path.listenerRestart))
    }

    private func largeLost(_ path: GuestPath, _ size: Int, _ evidence: String) async -> Finding {
        let guest = path.guest.name
        let mtu = path.arrival?.guestDevices.map(\.mtu).max() ?? 1500
        let narrow = await NarrowDevice.look(below: mtu, besides: path.guest.namespace, on: path.host)
        let devices = narrow.map { "\($0.name) \($0.mtu)" }.joined(separator: ", ")
        return Finding(
            .largeRepliesLost, guest, "\(guest) gets small answers, and none of \(size) bytes.",
            evidence: evidence + (narrow.isEmpty ? "" : "; MTU \(mtu) at the ends, between them: \(devices)"),
            remedy: narrow.isEmpty
                ? .advice("Compare `ip link` along the way: every device from \(guest) on needs MTU \(mtu).")
                : .command(narrow.map { $0.widening(to: mtu) }.joined(separator: " && ")))
    }

    private func status(
        _ path: GuestPath, _ document: String, _ direct: MetadataAnswer, _ through: MetadataAnswer
    ) -> Finding {
        let guest = path.guest.name
        let evidence =
            "\(document): \(through.status) through the path, \(direct.status) from the service; \(through.firstWords)"
        switch through.status {
        case 404 where path.isNovasPage(through): return otherProject(path, evidence)
        case 404:
            return Finding(
                .unresolved, guest, "Nobody on the way knows whose \(guest)'s requests are.", evidence: evidence,
                remedy: .command(path.resolverRestart))
        case 403: return forbidden(path, evidence)
        case 429:
            return Finding(
                .rateLimitLow, path.arrival?.namespace ?? guest,
                "\(guest) is refused for asking too often, before one boot's documents are read.", evidence: evidence,
                remedy: .advice(
                    "Raise [metadata_rate_limiting] base_query_rate_limit and burst_query_rate_limit above 28."))
        case 502 where String(validating: direct.body, as: UTF8.self) == nil:
            // Neutron's agent goes on so when it is restarted.
            return Finding(
                document.contains("user") ? .userDataDiffers : .documentsDiffer, guest,
                "\(guest) gets nothing of \(document), which is no text.", evidence: evidence,
                remedy: .command(path.service?.agentReplacement ?? path.resolverRestart))
        case 502 where path.service?.signer?.reader == .neutronAgent:
            return Finding(
                .resolverFails, guest, "The agent gives no answer when \(guest) asks: it does not get Neutron's ports.",
                evidence: evidence, remedy: .command(path.resolverRestart))
        default:
            return Finding(
                .otherStatus, guest,
                "\(guest) is answered with \(through.status), and the service answers \(direct.status).",
                evidence: evidence, remedy: .command(path.resolverRestart))
        }
    }

    /// The agent has found a port and signed for it, and Nova has no such instance in the port's project.
    private func otherProject(_ path: GuestPath, _ evidence: String) -> Finding {
        let guest = path.guest
        return Finding(
            .wrongProject, guest.name,
            "The service finds \(guest.name) in project \(guest.project), and not in the project or under the id that its port has.",
            evidence: evidence,
            remedy: guest.portRenewal(project: guest.project))
    }

    private func forbidden(_ path: GuestPath, _ evidence: String) -> Finding {
        let signer = path.service?.signer
        let isOld = signer?.isEditedSinceStart ?? false
        return Finding(
            isOld ? .secretNotReloaded : .secretRefused, path.guest.name,
            isOld
                ? "\(signer?.name ?? "") still signs with the shared secret of before its file was changed."
                : "What is signed for \(path.guest.name) on the way is not accepted.",
            evidence: evidence, remedy: .command(path.resolverRestart))
    }

    private func content(
        _ path: GuestPath, _ different: [String], _ direct: MetadataAnswer, _ through: MetadataAnswer
    ) -> Finding {
        let first = different[0]
        let isUserData = different.allSatisfy { $0.contains("user") }
        let others = different.count > 1 ? " and \(different.count - 1) others" : ""
        let wasPacked = direct.body.starts(with: [0x1F, 0x8B]) && !through.body.starts(with: [0x1F, 0x8B])
        return Finding(
            isUserData ? .userDataDiffers : .documentsDiffer, path.guest.name,
            "\(path.guest.name) gets other bytes than the service gives: \(first)\(others).",
            evidence:
                "\(through.body.count) bytes instead of \(direct.body.count)"
                + (wasPacked ? "; gzip was unpacked" : ""),
            remedy: path.service?.agentReplacement.map(Remedy.command)
                ?? .advice("Ask each hop for \(first) and see where it changes; begin with the agent's socket."))
    }
}

extension GuestPath {
    /// Whether a 404 was Nova's (contract nova.md §2.5) and not of an agent that says what it did not find (neutron.md
    /// §3.6). Agents before Neutron 26 use the same words as Nova.
    fileprivate func isNovasPage(_ answer: MetadataAnswer) -> Bool {
        service?.signer?.reader == .neutronAgent && answer.firstWords.contains("resource could not be found")
    }

    /// What starts whoever listens for the guest.
    fileprivate var listenerRestart: String {
        arrival?.startCommand ?? service?.starts.path ?? StartCommands().agent
    }

    /// What makes those who resolve guests look again.
    var resolverRestart: String {
        service?.agentSocket?.process?.restartCommand ?? listenerRestart
    }
}
