import ArgumentParser
import OsloConfig

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the metadata service, in place of Nova's.",
        discussion: """
            Reads nova.conf as it is. With [neutron] service_metadata_proxy, callers are known by signed headers; without, \
            by their address. Stops on SIGTERM and SIGINT when requests in flight have been answered.

            EXAMPLES
              metapath serve --config-file /etc/nova/nova.conf
              metapath serve --listen 0.0.0.0:8775 --store sqlite:instances.sqlite
            """)

    @OptionGroup var listen: ListenOption
    @OptionGroup var options: DaemonOptions

    func run() async throws {
        var configuration = try options.store.config.load()
        var settings = try DaemonSettings(options, &configuration)
        let identify = DaemonSettings.identify(&configuration, settings.secrets)
        settings.service = (try listen.address(&configuration, settings.store.location), identify)
        let logger = options.logger(&configuration)
        try configuration.finish()
        try await Daemon(settings: settings, logger: logger).run()
    }
}
