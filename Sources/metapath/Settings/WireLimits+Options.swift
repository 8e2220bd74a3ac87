import HTTPWire
import NIOCore
import OsloConfig

extension WireLimits {
    /// As the files say: our own options, and those of Neutron's agents and haproxies (contract neutron.md §4).
    init(_ configuration: inout Configuration) {
        self.init()
        connections = configuration.value(Options.maxConnections)
        backlog = Int32(clamping: configuration.value(Options.metadataBacklog))
        receiveTimeout = Self.time(Options.timeoutRequest, &configuration) ?? receiveTimeout
        idleTimeout = Self.time(Options.timeoutKeepAlive, &configuration) ?? idleTimeout
        writeTimeout = Self.time(Options.timeoutClient, &configuration) ?? writeTimeout
    }

    private static func time(_ option: ConfigOption<Int?>, _ configuration: inout Configuration) -> TimeAmount? {
        configuration.value(option).map { .seconds(Int64($0)) }
    }
}
