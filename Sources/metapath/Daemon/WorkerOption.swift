import ArgumentParser
import Logging
import ProcessSeparation

/// `--worker`, with which `up` and `proxy` start the part of themselves that serves guests.
struct WorkerOption: ParsableArguments {
    @Flag(help: .hidden)
    var worker = false

    /// Runs the part of the daemon that this process is.
    func run(_ settings: DaemonSettings, _ logger: Logger) async throws {
        guard worker else { return try await Holder(settings: settings, logger: logger).run() }
        try await Daemon(settings: settings, logger: logger).run(HolderLink())
    }
}
