import HTTPWire
import MetadataDocuments
import NIOCore

/// An answer, now or later.
enum Outcome {
    case reply(Reply)
    case later(EventLoopFuture<Response>)

    /// The same as a future, for a caller that had to wait already.
    func response(on eventLoop: any EventLoop) -> EventLoopFuture<Response> {
        switch self {
        case .reply(let reply): eventLoop.makeSucceededFuture(Response(reply))
        case .later(let future): future
        }
    }
}
