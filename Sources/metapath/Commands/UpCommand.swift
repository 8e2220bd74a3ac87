import ArgumentParser
import OsloConfig

struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run the whole path: listeners in every namespace, and the service.",
        discussion: """
            A guest's request is answered where it arrives, without a second network hop. Needs CAP_SYS_ADMIN to open \
            sockets in namespaces. Stops on SIGTERM and SIGINT when requests in flight have been answered.

            EXAMPLES
              metapath up --config-file /etc/nova/nova.conf
              metapath up --namespace blue-router=router:9c1f4a52-0f1e-4c53-9d8e-2f6a8a3b7c10
            """)

    @OptionGroup var listen: ListenOption
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var upstream: UpstreamOption
    @OptionGroup var options: DaemonOptions
    @OptionGroup var part: WorkerOption

    func run() async throws {
        var configuration = try options.store.config.load()
        var settings = try DaemonSettings(options, &configuration)
        let identify = DaemonSettings.identify(&configuration, settings.secrets)
        settings.service = (try listen.address(&configuration, settings.store.location), identify)
        settings.namespaces = try namespaces.settings(&configuration)
        settings.upstream = try upstream.settings(&configuration, readsAgentOptions: false)
        let logger = options.logger(&configuration)
        try configuration.finish()
        try await part.run(settings, logger)
    }
}
