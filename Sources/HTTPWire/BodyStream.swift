import NIOCore

/// Where the rest of a message's body comes from. Belongs to one event loop, as everything that uses it.
public protocol BodySource: AnyObject {
    /// Begins to give the body's pieces to `sink`. Called once.
    func start(_ sink: any BodySink)
    /// Whether further pieces are to wait. Those already received may still come.
    func setPaused(_ isPaused: Bool)
    /// The body is not wanted any more: nothing more comes.
    func cancel()
}

/// Where it goes.
public protocol BodySink: AnyObject {
    /// The next piece, not empty and without transfer coding.
    func body(_ piece: ByteBuffer)
    /// Nothing more comes. Called once, unless cancelled.
    /// - Parameter failure: nil when the body is complete.
    func bodyEnded(_ failure: UpstreamError?)
}
