/// How long the guest waits, against what cloud-init allows.
struct TimingCheck: Check {
    let name = "time"
    let hop = Hop.timing
    let looksAt =
        "No document takes the guest longer than half of the ten seconds that cloud-init waits for one request."
    let byHand =
        "ip netns exec GUEST curl -o /dev/null -w '%{time_connect} %{time_total}\\n' http://169.254.169.254/openstack/latest/meta_data.json"
    let codes: [FindingCode] = [.answersSlowly]

    private static let limit = 5.0

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard case .made(let documents) = path.documents else { return .notRun(InstanceCheck.reason(path.documents)) }
        if let missing = documents.missing { return .notRun(missing) }
        guard let slowest = documents.through.answers.max(by: { $0.value.took < $1.value.took }) else {
            return .notRun("nothing was answered")
        }
        let total = documents.through.answers.values.reduce(0) { $0 + $1.took }
        guard slowest.value.took > Self.limit else {
            return .passed(
                "\(Self.text(total)) for \(documents.through.answers.count) documents, the slowest \(Self.text(slowest.value.took))"
            )
        }
        let direct = documents.direct[slowest.key]?.took ?? 0
        return .found([
            Finding(
                .answersSlowly, path.guest.name,
                "\(path.guest.name) waits \(Self.text(slowest.value.took)) for \(slowest.key).",
                evidence: "the service itself takes \(Self.text(direct))",
                remedy: .advice(
                    direct > Self.limit
                        ? "Look at the service, its database and its vendor data services."
                        : "Look at the load of the proxy and the agent on this host."))
        ])
    }

    private static func text(_ seconds: Double) -> String {
        seconds < 1 ? "\((seconds * 10_000).rounded() / 10) ms" : "\((seconds * 10).rounded() / 10) s"
    }
}
