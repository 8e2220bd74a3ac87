import Logging
import ServiceLifecycle
import UnixSignals

/// Ends a group of services on SIGTERM and SIGINT. Either is caught from the moment this is made: a start that takes a
/// while is seen through, and everything it has set up is taken down again.
struct StopService: Service {
    private let signals: UnixSignalsSequence

    init() async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in signals { return } }
    }

    /// Runs the services until a signal comes, then stops them from last to first.
    func run(_ services: [any Service], logger: Logger) async throws {
        let ending = ServiceGroupConfiguration.ServiceConfiguration(
            service: self, successTerminationBehavior: .gracefullyShutdownGroup)
        try await ServiceGroup(
            configuration: .init(services: services.map { .init(service: $0) } + [ending], logger: logger)
        ).run()
    }
}
