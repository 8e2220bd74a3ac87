import NIOCore

/// Answers the requests of one connection, on that connection's event loop.
///
/// One object per connection, made when the connection is accepted: it may keep what it knows of the client.
public protocol Responder: AnyObject {
    /// Answers at once by writing a complete response, or promises the answer for later and writes nothing.
    ///
    /// Must not block. The request is gone when this returns.
    func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition

    /// Whether a request with a body beyond ``WireLimits/bodyBytes`` is answered as soon as its head is there, with
    /// ``Request/largeBody`` for whoever takes it. By default not: such a request is refused with 413. Asked once.
    var takesLargeBodies: Bool { get }

    /// The page for a request that the wire answers itself: bad syntax, limits, time-outs, overload, and an answer that
    /// was promised and failed. By default a line of plain text.
    func page(for failure: WireFailure) -> Response

    /// An answer that was being streamed cannot be had to its end; its client has been cut off. By default nothing.
    func cutOff(by error: any Error)
}

/// How a request is answered.
public enum Disposition {
    /// The response has been written.
    case complete
    /// The response comes from this future. Until then no further request of the connection is looked at. A failure is
    /// answered with ``Responder/page(for:)``.
    case later(EventLoopFuture<Response>)
}

extension Responder {
    public var takesLargeBodies: Bool { false }

    public func cutOff(by error: any Error) {}

    public func page(for failure: WireFailure) -> Response {
        Response(
            failure.status, contentType: "text/plain; charset=UTF-8",
            body: ByteBuffer(string: "\(failure.status)\n\n\(failure.explanation)\n"))
    }
}
