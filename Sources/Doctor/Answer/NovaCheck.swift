/// The services that answer: reached, trusted, answering in time, and able to look an instance up.
struct NovaCheck: Check {
    let name = "service"
    let hop = Hop.nova
    let looksAt =
        """
        Every service that answers takes connections, has a certificate that is accepted, answers `/`, and answers a \
        signed request for an instance that nobody has with 404, all within the ten seconds that cloud-init waits.
        """
    let byHand = "curl -v SERVICE/; metapath get /latest/meta-data/instance-id --instance INSTANCE --endpoint SERVICE"
    let codes: [FindingCode] = [.novaUnreachable, .novaCertificate, .novaSlow, .novaFails, .backendBad]

    /// Seconds; cloud-init's time-out for one request.
    static let limit = 10.0

    func run(_ path: ServicePath) async -> CheckOutcome {
        guard !path.probes.isEmpty else { return .notRun("it is not known which service answers") }
        let findings = path.probes.compactMap { finding($0, path) }
        guard path.probes.count > 1, findings.count < path.probes.count else {
            return .findings(findings, orPassed: Self.summary(path))
        }
        return .findings(findings.map { backend($0, of: path.probes.count) }, orPassed: Self.summary(path))
    }

    private func finding(_ probe: EndpointProbe, _ path: ServicePath) -> Finding? {
        let answers = [("/", probe.plain)] + (probe.signed.map { [("a signed request", $0)] } ?? [])
        for (what, result) in answers {
            let finding =
                switch result {
                case .failure(let failure): unanswered(probe, what, failure, path)
                case .success(let answer): answered(probe.endpoint.url, what, answer, path)
                }
            if let finding { return finding }
        }
        return nil
    }

    private func unanswered(
        _ probe: EndpointProbe, _ what: String, _ failure: AskingFailure, _ path: ServicePath
    ) -> Finding {
        let url = probe.endpoint.url
        return switch failure {
        case .unreachable(let reason):
            Finding(
                .novaUnreachable, url, "\(url) cannot be reached: \(reason).", evidence: reason,
                remedy: .command(path.starts.service(at: url)))
        case .certificate(let reason):
            Finding(
                .novaCertificate, url, "The certificate of \(url) is not accepted.",
                evidence: reason + (probe.certificate.map { "; it shows \($0)" } ?? ""),
                remedy: probe.trust(by: path))
        case .late(let seconds): slow(url, what, seconds, path)
        case .broken(let reason):
            Finding(
                .novaFails, url, "\(url) ends the connection without an answer to \(what).", evidence: reason,
                remedy: .command(path.restart(ofServiceAt: url)))
        }
    }

    private func answered(_ url: String, _ what: String, _ answer: MetadataAnswer, _ path: ServicePath) -> Finding? {
        if answer.status >= 500 {
            return Finding(
                .novaFails, url, "\(url) answers \(what) with \(answer.status).", evidence: answer.firstWords,
                remedy: .command(path.restart(ofServiceAt: url)))
        }
        return answer.took > Self.limit ? slow(url, what, answer.took, path) : nil
    }

    private func slow(_ url: String, _ what: String, _ seconds: Double, _ path: ServicePath) -> Finding {
        let wake = path.processes[url].flatMap { $0.isStopped ? $0.wakeCommand : nil }
        return Finding(
            .novaSlow, url, "\(url) needs more than \(Int(Self.limit)) s to answer \(what).",
            evidence: "\(Int(seconds)) s, and cloud-init gives up after \(Int(Self.limit)) s",
            remedy: .command(wake ?? path.restart(ofServiceAt: url)))
    }

    /// The others go on; guests notice when their turn is the bad one's.
    private func backend(_ finding: Finding, of count: Int) -> Finding {
        Finding(
            .backendBad, finding.subject, "One of \(count) services is bad: \(finding.text)",
            evidence: finding.evidence, remedy: finding.remedy)
    }

    private static func summary(_ path: ServicePath) -> String {
        path.probes.map { probe in
            let signed = (try? probe.signed?.get()).map { ", signed \($0.status)" } ?? ", not asked with a signature"
            return "\(probe.endpoint.url): / \((try? probe.plain.get())?.status ?? 0)\(signed)"
        }.joined(separator: "; ")
    }
}

extension MetadataAnswer {
    /// The beginning of a body, on one line, without its tags.
    var firstWords: String {
        let text = String(decoding: body.prefix(400), as: UTF8.self).replacing(/<[^>]*>/, with: " ")
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(120))
    }
}
