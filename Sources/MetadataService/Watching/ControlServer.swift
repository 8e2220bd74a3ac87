import HTTPWire
import NIOCore

/// Serves the control socket: `GET /trace` tells of requests as they pass, `GET /top` of the busiest, until the client
/// leaves. Whoever can open the socket may ask.
public final class ControlServer: Sendable {
    private let server: HTTPServer
    private let watches: WatchSet

    /// - Parameter group: that the requests are served on.
    public init(group: any EventLoopGroup, observers: RequestObservers) {
        var limits = WireLimits()
        // Guests have connections of their own: neither keeps the other out.
        limits.connections = 2 * RequestObservers.maximumWatchers
        limits.waitingConnections = 0
        limits.backlog = 64
        server = HTTPServer(group: group, limits: limits)
        watches = WatchSet(observers: observers)
    }

    /// - Parameter descriptor: a listening socket, non-blocking. It belongs to the server from now on.
    /// - Throws: `IOError` when it is not such a socket.
    public func serve(descriptor: CInt) throws {
        _ = try server.serve(descriptor: descriptor) { [watches] channel in
            ControlResponder(eventLoop: channel.eventLoop, watches: watches)
        }
    }

    /// Accepts nobody any more, and ends what is being watched, so that clients can ask whoever comes after this.
    public func stop() async {
        watches.end()
        await server.stop(grace: .seconds(1))
    }
}
