import Doctor
import OsloConfig

/// Puts Metapath into the place of Neutron's agent: way A of docs/replace-neutron-metadata.md.
struct AgentReplacement {
    var agent: ProcessFacts
    var socket: String
    /// Those of the agent, and those with the account for Neutron.
    var files: [String]
    /// Where ports are known.
    var store: StoreLocation
    /// Those that answer.
    var endpoints: [MetadataEndpoint]

    /// Nil where another than Neutron's agent has the socket, or nobody knows ports.
    init?(_ path: ServicePath, _ store: DoctorStore, _ account: NeutronAccount?) {
        guard let signer = path.signer, signer.reader == .neutronAgent, let process = signer.process,
            let socket = path.agentSocket, account != nil || store.catalogue != nil
        else { return nil }
        agent = process
        self.socket = socket.path
        let own = signer.files.map(\.source)
        files = own + (account?.files ?? []).filter { !own.contains($0) }
        self.store = account == nil ? store.location : .neutron
        endpoints = path.endpoints
    }

    var command: String {
        let words =
            ["metapath", "proxy", "--agent-socket", socket, "--store", "\(store)"]
            + files.flatMap { ["--config-file", $0] } + endpoints.flatMap { ["--upstream", $0.url] }
        return "\(agent.endCommand); setsid \(ShellText.words(words)) >/dev/null 2>&1 </dev/null &"
    }
}
