import OsloConfig

/// The part of the path behind the namespaces: who signs, and the services that answer.
public struct ServicePath: CheckSubject {
    public var name: String
    /// Who signs guests' requests; nil where whoever listens for guests answers them as well.
    public var signer: SecretHolder?
    /// Who checks signatures; nil where it is on another host.
    public var verifier: SecretHolder?
    /// Those that take turns.
    public var endpoints: [MetadataEndpoint]
    /// Who listens there, by URL, as far as that is on this host.
    public var processes: [String: ProcessFacts] = [:]
    /// Of Neutron's agent; nil where guests' connections need none.
    public var agentSocket: AgentSocketFacts?
    /// Where whoever answers takes vendor data from, as far as its files can be read.
    public var vendorData: [VendorDataSource] = []
    /// What holds the instances, as far as this host reads them itself.
    public var stores: [StoreFacts] = []
    /// Of the agent, the service and the haproxies, as far as they can be asked.
    public var releases: [Release] = []
    /// Where Neutron was found, or why it was not; nil where it was not asked.
    public var ports: Result<String, LookFailure>?
    /// Who tells what time it is.
    public var clocks: [ClockSource] = []
    /// What starts the programs again that cannot be seen.
    public var starts = StartCommands()
    /// The store of ours that whoever answers reads, such as `sqlite:PATH`; nil where it reads another.
    public var store: String?
    /// The store of ours that guests are known by here; nil where it is not one.
    public var guestStore: String?
    /// Whoever answers' data; nil where it is not on this host.
    public var records: Result<InstanceRecords, LookFailure>?
    /// Starts Metapath in the place of Neutron's agent; nil where there is none.
    public var agentReplacement: String?
    var probes: [EndpointProbe] = []

    public init(
        name: String, signer: SecretHolder?, verifier: SecretHolder?, endpoints: [MetadataEndpoint],
        agentSocket: AgentSocketFacts? = nil
    ) {
        self.name = name
        self.signer = signer
        self.verifier = verifier
        self.endpoints = endpoints
        self.agentSocket = agentSocket
    }

    public var words: [String: String] {
        let file = (signer ?? verifier)?.files.last?.source ?? "/etc/nova/nova.conf"
        return [
            "SERVICE": endpoints.first?.url ?? "http://127.0.0.1:8775", "FILE": file,
            "SOCKET": agentSocket?.path ?? "/var/lib/neutron/metadata_proxy",
            "NEUTRON": clocks.last?.endpoint.url ?? "NEUTRON",
        ]
    }

    public func lookTime(at hop: Hop) -> Duration {
        hop == .nova ? .seconds(probes.compactMap(\.took).max() ?? 0) : .zero
    }

    var holders: [SecretHolder] { [signer, verifier].compactMap(\.self) }

    /// What this side signs with.
    var secret: SecretText? {
        let secret = (signer ?? verifier)?.secret
        return secret?.value.isEmpty == false ? secret : nil
    }

    /// Asks every service, all at once.
    func looked() async -> ServicePath {
        var path = self
        let secret = secret
        path.probes = await withTaskGroup(of: (Int, EndpointProbe).self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, await EndpointProbe.look(endpoint, secret: secret)) }
            }
            var found: [(Int, EndpointProbe)] = []
            for await probe in group { found.append(probe) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return path
    }

    /// The first that answers.
    var answering: MetadataEndpoint? {
        probes.first { if case .success = $0.plain { true } else { false } }?.endpoint
    }
}
