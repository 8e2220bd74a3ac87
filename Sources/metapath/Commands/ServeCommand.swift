import ArgumentParser
import Foundation
import Logging
import OsloConfig

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the metadata service, in place of Nova's.",
        discussion: """
            Reads nova.conf as it is. With [neutron] service_metadata_proxy, callers are known by signed headers; without, \
            by their address. Stops on SIGTERM and SIGINT when requests in flight have been answered.

            Exit status of --check: 0 everything is fine, 1 there are warnings, 2 something does not work.

            EXAMPLES
              metapath serve --config-file /etc/nova/nova.conf
              metapath serve --config-file /etc/nova/nova.conf --check
              metapath serve --listen 0.0.0.0:8775 --store sqlite:instances.sqlite
            """)

    @Flag(help: "Check the configuration, reach every database and service that is needed, and serve nobody.")
    var check = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var listen: ListenOption
    @OptionGroup var options: DaemonOptions

    func run() async throws {
        guard !check else { throw ExitCode(try await checked()) }
        let (settings, logger) = try read()
        try await Daemon(settings: settings, logger: logger).run()
    }

    private func read() throws -> (DaemonSettings, Logger) {
        var configuration = try options.store.config.load()
        var settings = try DaemonSettings(options, &configuration)
        let identify = DaemonSettings.identify(&configuration, settings.secrets)
        settings.service = (try listen.address(&configuration, settings.store.location), identify)
        let logger = options.logger(&configuration)
        try configuration.finish()
        return (settings, logger)
    }

    private func checked() async throws -> Int32 {
        let settings: DaemonSettings
        do {
            (settings, _) = try read()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            return 2
        }
        let progress = Progress("Checking")
        let rows = try await ServiceCheck(settings: settings).run()
        progress.done()
        print(try rows.listing.text(output))
        return rows.exitStatus
    }
}
