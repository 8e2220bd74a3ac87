import NIOCore

/// A request's body that is larger than is collected: it comes piece by piece, as fast as whoever gets it takes it.
///
/// Give it to ``UpstreamClient/send(method:target:fields:body:largeBody:)``. When nobody takes it to its end, what is
/// left is dropped, and the client's connection ends after the answer.
public struct LargeBody: Sendable {
    /// Bytes, as the client has announced; nil for a chunked body.
    public let length: Int?
    let source: NIOLoopBound<any BodySource>
}
