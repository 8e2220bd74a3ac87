import NIOCore

/// What one client may take of the server: sizes in bytes, times, and numbers of connections.
///
/// Times are checked every ``sweepInterval``, so each may last that much longer.
public struct WireLimits: Sendable {
    /// Largest request head, from the request line to the empty line. 1…1 MiB. Beyond it: 431, or 414 in the request
    /// line.
    public var headBytes = 16 * 1024
    /// Longest request target. 1…``headBytes``. Beyond it: 414.
    public var targetBytes = 8 * 1024
    /// Most header fields in a request. 0…10000. Beyond it: 431.
    public var headerFields = 100
    /// Largest request body, after decoding, that is collected. 0…1 GiB. Beyond it: 413, or where the responder takes
    /// large bodies they are passed on as they come.
    public var bodyBytes = 64 * 1024
    /// What a connection may hold unparsed while an earlier answer of it is pending or not yet accepted by the client;
    /// then it is not read any more. 1…1 GiB.
    public var pipelinedBytes = 64 * 1024

    /// From a request's first byte to its last; of a body that is passed on as it comes, from one piece to the next, as
    /// long as it is wanted. Beyond it: 408, and the connection is closed.
    public var receiveTimeout: TimeAmount = .seconds(30)
    /// A connection without a request, new or kept alive, is closed after this time.
    public var idleTimeout: TimeAmount = .seconds(30)
    /// A connection whose client has accepted no byte of an answer for this time is closed.
    public var writeTimeout: TimeAmount = .seconds(30)
    /// How long, and how many bytes, a connection is still read after a final answer that the client may not have
    /// expected, so that a reset does not destroy that answer (RFC 9112 §9.6). Of the rest of a body that was being
    /// passed on any number of bytes is read in that time.
    public var lingerTimeout: TimeAmount = .seconds(2)
    public var lingerBytes = 256 * 1024
    /// How often times are checked. 1 ms…1 minute.
    public var sweepInterval: TimeAmount = .milliseconds(500)

    /// Connections served at once, over all listeners. 1…1 000 000; lowered when the process may not open as many
    /// descriptors.
    public var connections = 8192
    /// Connections that may wait, unread, for one of those to end. 0…1 000 000. Beyond it: 503 with `Retry-After`.
    public var waitingConnections = 8192
    /// The longest such wait. Beyond it: 503 with `Retry-After`.
    public var admissionTimeout: TimeAmount = .seconds(5)
    /// Length of the kernel's queue of connections not yet accepted; the kernel caps it at `net.core.somaxconn`.
    public var backlog: Int32 = 4096

    public init() {}
}
