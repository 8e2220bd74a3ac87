import ArgumentParser
import OsloConfig

/// `--agent-socket`, for `proxy`.
struct AgentSocketOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Listen on this UNIX socket in place of Neutron's metadata agent, for the haproxies that Neutron runs.",
            discussion: """
                Namespaces are then served only when told to. Default: [DEFAULT] metadata_proxy_socket when [metapath] \
                agent_socket is true, else none.
                """, valueName: "path"))
    var agentSocket: String?

    func socket(_ configuration: inout Configuration) -> AgentSocket? {
        guard agentSocket != nil || configuration.value(Options.agentSocket) else { return nil }
        return AgentSocket(path: agentSocket, &configuration)
    }
}
