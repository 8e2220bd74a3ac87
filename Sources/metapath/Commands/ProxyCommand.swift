import ArgumentParser
import OsloConfig

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Run the listeners in namespaces only, in place of the haproxies and the metadata agent.",
        discussion: """
            With --agent-socket, in place of the metadata agent alone: Neutron's haproxies go on as they are. With \
            --upstream or nova_metadata_host, requests are signed and passed on to another Nova-compatible service; \
            without, they are answered here. With --store neutron guests are known by Neutron's ports, which are asked \
            for with the account of [neutron].

            EXAMPLES
              metapath proxy --store neutron --upstream http://192.0.2.10:8775 \\
                  --config-file /etc/neutron/metadata_agent.ini --config-file /etc/metapath/neutron.conf
              metapath proxy --agent-socket /var/lib/neutron/metadata_proxy \\
                  --config-file /etc/neutron/metadata_agent.ini
            """)

    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var agentSocket: AgentSocketOption
    @OptionGroup var shimSocket: ShimSocketOption
    @OptionGroup var upstream: UpstreamOption
    @OptionGroup var options: DaemonOptions
    @OptionGroup var part: WorkerOption

    func run() async throws {
        var configuration = try options.store.config.load()
        var settings = try DaemonSettings(options, &configuration)
        settings.agentSocket = agentSocket.socket(&configuration)
        settings.shimSocket = shimSocket.path(&configuration)
        settings.namespaces = try namespaces.settings(&configuration, discoversUnasked: settings.agentSocket == nil)
        settings.upstream = try upstream.settings(&configuration, readsAgentOptions: true)
        let logger = options.logger(&configuration)
        try configuration.finish()
        try await part.run(settings, logger)
    }
}
