/// Somebody who is told of each request when its answer is ready.
protocol RequestObserver: AnyObject, Sendable {
    /// Called on the request's event loop, so it must not block.
    /// - Parameter record: may be changed only by making its ``RequestRecord/line``.
    func observe(_ record: inout RequestRecord)
}
