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
        guard let text = path.guestLimit, let limit = path.limit else { return .notApplicable }
        guard limit.requests < Self.requestsOfOneBoot else { return .passed(text) }
        return .found([
            Finding(
                .rateLimitLow, path.namespace,
                "Guests behind \(path.namespace) may make \(text), and one boot makes \(Self.requestsOfOneBoot).",
                evidence: text, remedy: .command(path.raisingRateLimit))
        ])
    }
}

extension NamespacePath {
    /// How often a guest may ask, for people; nil where that is not limited.
    var guestLimit: String? { limit.map { "\($0.requests) requests in \($0.window / 1000) s" } }

    fileprivate var limit: RateLimit? { rateLimit ?? haproxy?.rateLimit }

    /// From whose options Neutron's agents write what haproxies read.
    private static let agentFiles = ["neutron.conf", "l3_agent.ini", "dhcp_agent.ini", "metadata_agent.ini"]
        .map { "/etc/neutron/\($0)" }

    fileprivate var raisingRateLimit: String {
        let agents = Self.agentFiles.filter { host.text(of: $0)?.contains("[metadata_rate_limiting]") == true }
        let written = haproxyFile.map { [raisingHaproxys($0)] + agents.map(raisingOptions) }
        let changes = written ?? rateLimitFile.map { [raisingOptions($0)] } ?? []
        return (changes + [startCommand]).joined(separator: " && ")
    }

    /// Each limit below one boot.
    private func raisingHaproxys(_ file: String) -> String {
        #"sed -i -E 's/(sc_http_req_rate\([0-9]\).* gt )([0-9]|1[0-9]|2[0-7])( |$)/\1100\3/' \#(file)"#
    }

    private func raisingOptions(_ file: String) -> String {
        let group = #"/^\[metadata_rate_limiting\]/"#
        let options = #"base_query_rate_limit = 100\nburst_query_rate_limit = 100"#
        return #"sed -i -e '\#(group),/^\[/{/_query_rate_limit/d;}' -e '\#(group)a \#(options)' \#(file)"#
    }
}
