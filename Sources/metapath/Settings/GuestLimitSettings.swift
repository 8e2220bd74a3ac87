import Identification
import InstanceModel
import Logging
import MetadataService
import OsloConfig

/// How often a guest may ask: `[metadata_rate_limiting]`, and our own limit for those whom that does not concern.
struct GuestLimitSettings: Equatable {
    /// Nil: not enabled.
    var configured: GuestLimits.Configured?
    /// Nil: none.
    var own: RateLimit?

    init(_ configuration: inout Configuration) {
        let requests = configuration.value(Options.guestRequestLimit)
        let seconds = configuration.value(Options.guestRequestWindow)
        own = requests > 0 ? RateLimit(requests: requests, seconds: seconds) : nil
        // Neutron does not look at the others either while this is off.
        guard configuration.value(Options.rateLimitEnabled) else { return }
        configured = GuestLimits.Configured(
            base: Self.limit(Options.baseLimit, Options.baseWindow, &configuration),
            burst: Self.limit(Options.burstLimit, Options.burstWindow, &configuration),
            families: Self.families(&configuration))
    }

    /// Nil where nobody is limited.
    func limits(logger: Logger) -> GuestLimits? {
        guard configured != nil || own != nil else { return nil }
        return GuestLimits(configured: configured, own: own, logger: logger)
    }

    private static func limit(
        _ requests: ConfigOption<Int>, _ window: ConfigOption<Int>, _ configuration: inout Configuration
    ) -> RateLimit {
        RateLimit(requests: configuration.value(requests), seconds: configuration.value(window))
    }

    private static func families(_ configuration: inout Configuration) -> Set<IPAddress.Family> {
        let versions = configuration.value(Options.rateLimitVersions)
        if versions.isEmpty { configuration.reject(Options.rateLimitVersions, expected: "4, 6 or 4,6") }
        return Set(versions.map { $0 == .v4 ? .v4 : .v6 })
    }
}
