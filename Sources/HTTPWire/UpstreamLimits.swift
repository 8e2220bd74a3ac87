import NIOCore

/// What one event loop may ask of an upstream service, and for how long.
public struct UpstreamLimits: Sendable {
    /// From the start of connecting to the end of a TLS handshake, each. Beyond it: ``UpstreamError/unreachable(_:)``.
    public var connectTimeout: TimeAmount = .seconds(5)
    /// From the request's handing over to its response's last byte, all waiting and every service tried included; of a
    /// response that is streamed to its head, and from one piece to the next; of a request that is streamed from the
    /// piece before, as long as it is the service that is waited for. Beyond it: ``UpstreamError/timedOut``.
    /// Neutron's agent waits as long (contract neutron.md §3.5).
    public var responseTimeout: TimeAmount = .seconds(60)
    /// How often that is checked; it may take so much longer. 1 ms…1 minute.
    public var sweepInterval: TimeAmount = .milliseconds(250)
    /// Connections to one service open at once. 1…65535. Further requests wait.
    public var connections = 256
    /// Connections kept for the next request. 0…``connections``. With fewer than there usually are requests at once,
    /// connections are opened and closed all the time, which makes forwarding half as dear again.
    public var idleConnections = 128
    /// Requests that may wait for a connection. Beyond it: ``UpstreamError/overloaded``.
    public var waitingRequests = 4096
    /// Requests at once whose body is passed on while its client sends it, to all services together. Clients may be
    /// slow: this leaves connections to the others. 0…``connections``. Beyond it: ``UpstreamError/overloaded``.
    public var uploads = 64
    /// Largest response head. 1…1 MiB.
    public var headBytes = 64 * 1024
    /// Most header fields in a response.
    public var headerFields = 256
    /// Largest response body, after decoding, that is collected and then sent in one piece. A larger one is streamed:
    /// passed on as it comes, as fast as the client takes it. 0…1 GiB.
    public var collectedBytes = 256 * 1024

    /// How often a service that is down is asked whether it is up again.
    public var recoveryInterval: TimeAmount = .seconds(1)
    /// How often a service that is up is asked whether it still is. A multiple of ``recoveryInterval``.
    public var healthInterval: TimeAmount = .seconds(5)
    /// How long it may take to answer that.
    public var healthTimeout: TimeAmount = .seconds(3)

    public init() {}
}
