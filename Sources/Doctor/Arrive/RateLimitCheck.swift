import Identification

/// Whether a guest may ask as often as one boot needs.
struct RateLimitCheck: Check {
    let name = "rate limit"
    let hop = Hop.listener
    let looksAt = "Where the proxy limits how often a guest may ask, the limit is above the 28 requests of one boot."
    let byHand =
        "grep -r http_req_rate /var/lib/neutron/ns-metadata-proxy; grep -A5 metadata_rate_limiting /etc/neutron/*.ini"
    let codes: [FindingCode] = [.rateLimitLow]

    /// What cloud-init asks while an instance boots.
    static let requestsOfOneBoot = 28

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let limit = path.rateLimit ?? path.haproxy?.rateLimit else { return .notApplicable }
        let text = "\(limit.requests) requests in \(limit.window / 1000) s"
        guard limit.requests < Self.requestsOfOneBoot else { return .passed(text) }
        return .found([
            Finding(
                .rateLimitLow, path.namespace,
                "Guests behind \(path.namespace) may make \(text), and one boot makes \(Self.requestsOfOneBoot).",
                evidence: text,
                remedy: .edit(
                    file: path.rateLimitFile ?? "/etc/neutron/l3_agent.ini",
                    change: "[metadata_rate_limiting] base_query_rate_limit = 100, burst_query_rate_limit = 100",
                    then: path.haproxy == nil ? path.startCommand : "systemctl restart \(path.kind.agentUnit)"))
        ])
    }
}
