import NIOCore

/// What one event loop may ask of an upstream service, and for how long.
public struct UpstreamLimits: Sendable {
    /// From the start of connecting. Beyond it: ``UpstreamError/unreachable(_:)``.
    public var connectTimeout: TimeAmount = .seconds(10)
    /// From the request's handing over to its response's last byte, all waiting included. Beyond it:
    /// ``UpstreamError/timedOut``. Neutron's agent waits as long (contract neutron.md §3.5).
    public var responseTimeout: TimeAmount = .seconds(60)
    /// How often that is checked; it may take so much longer. 1 ms…1 minute.
    public var sweepInterval: TimeAmount = .milliseconds(250)
    /// Connections open at once. 1…65535. Further requests wait.
    public var connections = 256
    /// Connections kept for the next request. 0…``connections``. With fewer than there usually are requests at once,
    /// connections are opened and closed all the time, which makes forwarding half as dear again.
    public var idleConnections = 128
    /// Requests that may wait for a connection. Beyond it: ``UpstreamError/overloaded``.
    public var waitingRequests = 4096
    /// Largest response head. 1…1 MiB.
    public var headBytes = 64 * 1024
    /// Most header fields in a response.
    public var headerFields = 256
    /// Largest response body after decoding. 0…1 GiB.
    public var bodyBytes = 64 * 1024 * 1024

    public init() {}
}
