/// A published defect of a program on the path (contract neutron.md §0.1, §3, §7, nova.md §11).
struct KnownDefect: Sendable {
    var product: Release.Product
    /// What it looks like from outside.
    var codes: Set<FindingCode>
    /// What the evidence has to say besides; nil: anything.
    var symptom: String?
    /// The first release that has it, and the first that has not; nil where none is known to be without it.
    var since: [Int]
    var mended: [Int]?
    /// One sentence; follows the release's name.
    var text: String

    init(
        _ product: Release.Product, _ codes: Set<FindingCode>, seen symptom: String? = nil, since: [Int],
        mended: [Int]? = nil, _ text: String
    ) {
        self.symptom = symptom
        self.product = product
        self.codes = codes
        self.since = since
        self.mended = mended
        self.text = text
    }

    static let all = [
        KnownDefect(
            .neutron, [.agentSocketFull], since: [26],
            "lets five connections wait at the agent's socket, whatever metadata_backlog says"),
        KnownDefect(
            .neutron, [.otherStatus], seen: "503 through", since: [26],
            "lets five connections wait at the agent's socket, whatever metadata_backlog says"),
        KnownDefect(
            .neutron, [.agentSocketMode], since: [26],
            "does not read metadata_proxy_socket_mode, so that the socket has the mode of the agent's umask"),
        KnownDefect(
            .neutron, [.userDataDiffers], seen: "gzip", since: [26],
            "unpacks what begins like gzip on its way to the guest"),
        KnownDefect(
            .neutron, [.userDataDiffers, .documentsDiffer], seen: "502 through", since: [26],
            "gives no answer to bodies that are no text, which haproxy turns into 502"),
        KnownDefect(
            .neutron, [.resolverFails], since: [26], mended: [26, 0, 1],
            "gives no answer to a guest that it does not know, which haproxy turns into 502"),
        KnownDefect(
            .neutron, [.novaUnreachable], since: [1], mended: [25],
            "answers guests with 500 while Nova is away, which cloud-init does not wait for"),
        KnownDefect(
            .neutron, [.novaSlow, .agentSocketSilent], since: [1], mended: [24],
            "waits for Nova without end, so that one answer that does not come holds a worker"),
        KnownDefect(
            .neutron, [.listenerIPv6Missing], since: [11], mended: [17],
            "starts haproxies that listen for IPv4 alone"),
        KnownDefect(
            .neutron, [.descriptorsShort], since: [11], mended: [27],
            "starts haproxies with a thread for each processor, each with descriptors of its own (LP 2120668)"),
        KnownDefect(
            .nova, [.secretsDiffer, .secretRefused], since: [1], mended: [34],
            "writes the signature that would have been right to its log when one is wrong (LP 2150094)"),
        KnownDefect(
            .nova, [.instanceMissing, .wrongProject], since: [1], mended: [25],
            "answers with 404 and writes no line to its log"),
        KnownDefect(
            .nova, [.novaSlow, .answersSlowly], since: [1],
            "keeps what it has read in each worker by itself unless [cache] names memcached (LP 1836642)"),
        KnownDefect(
            .haproxy, [.agentSocketFull], since: [1],
            "answers with 503 at once where a UNIX socket has no room, and tries no second time"),
    ]

    /// What is known of releases that could be behind a finding; empty where nothing is.
    static func notes(on finding: Finding, _ releases: [Release]) -> String {
        releases.flatMap { release in
            all.filter { $0.fits(finding) && $0.concerns(release) }.map { defect in
                let cure = defect.mended.map { "\($0.map(String.init).joined(separator: ".")) mends it" }
                return "; \(release) \(defect.text) (\(cure ?? "no release is known to mend it"))"
            }
        }.joined()
    }

    private func fits(_ finding: Finding) -> Bool {
        codes.contains(finding.code) && symptom.map(finding.evidence.contains) ?? true
    }

    private func concerns(_ release: Release) -> Bool {
        release.product == product && !release.numbers.lexicographicallyPrecedes(since)
            && mended.map { release.numbers.lexicographicallyPrecedes($0) } ?? true
    }
}
