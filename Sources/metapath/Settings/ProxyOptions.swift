import OsloConfig

/// Options of those of Neutron's agents that run a haproxy in each namespace, read under their own names where we take
/// its place (contract neutron.md §2.1, §4). Durations are seconds.
extension Options {
    enum IPVersion: String, CaseIterable, Sendable {
        case v4 = "4"
        case v6 = "6"
    }

    // MARK: [metadata_rate_limiting]

    static let rateLimitEnabled = ConfigOption(limiting, "rate_limit_enabled", .bool, default: false)
    /// Whose requests are limited; several are allowed.
    static let rateLimitVersions = ConfigOption<[IPVersion]>(
        limiting, "ip_versions", .list(of: .choice), default: [.v4])
    static let baseWindow = ConfigOption(limiting, "base_window_duration", .integer(1...86_400), default: 10)
    static let baseLimit = ConfigOption(limiting, "base_query_rate_limit", .integer(1...1_000_000), default: 10)
    static let burstWindow = ConfigOption(limiting, "burst_window_duration", .integer(1...86_400), default: 10)
    static let burstLimit = ConfigOption(limiting, "burst_query_rate_limit", .integer(1...1_000_000), default: 10)

    // MARK: [metadata_haproxy]: not set is as we do without it

    static let timeoutConnect = timeout("timeout_connect")
    static let timeoutRequest = timeout("timeout_http_request")
    static let timeoutKeepAlive = timeout("timeout_http_keep_alive")
    static let timeoutClient = timeout("timeout_client")
    static let timeoutServer = timeout("timeout_server")

    static let proxy: [any DeclaredOption] = [
        rateLimitEnabled, rateLimitVersions, baseWindow, baseLimit, burstWindow, burstLimit, timeoutConnect,
        timeoutRequest, timeoutKeepAlive, timeoutClient, timeoutServer,
    ]

    private static let limiting = "metadata_rate_limiting"

    private static func timeout(_ name: String) -> ConfigOption<Int?> {
        ConfigOption("metadata_haproxy", name, .integer(1...86_400))
    }
}
