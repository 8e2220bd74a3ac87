import NIOCore

/// One request to an upstream service and the promise of its response.
final class UpstreamExchange: Expiring {
    /// The request as sent.
    let request: ByteBuffer
    let isHead: Bool
    /// Whether sending it again does no harm when the first try may have been carried out.
    let isRepeatable: Bool
    let deadline: NIODeadline
    var sweepIndex = 0
    var wasRetried = false
    /// The connection that carries it, from its sending to its end.
    var connection: UpstreamConnection?
    private(set) var isDone = false
    private let promise: EventLoopPromise<Response>
    private let sweep: DeadlineSweep<UpstreamExchange>

    init(
        request: ByteBuffer, isHead: Bool, isRepeatable: Bool, promise: EventLoopPromise<Response>,
        sweep: DeadlineSweep<UpstreamExchange>, timeout: TimeAmount
    ) {
        self.request = request
        self.isHead = isHead
        self.isRepeatable = isRepeatable
        self.promise = promise
        self.sweep = sweep
        self.deadline = (sweep.members.isEmpty ? sweep.eventLoop.now : sweep.now) + timeout
        sweep.add(self)
    }

    var response: EventLoopFuture<Response> { promise.futureResult }

    func finish(_ result: Result<Response, UpstreamError>) {
        guard !isDone else { return }
        isDone = true
        connection = nil
        sweep.remove(self)
        switch result {
        case .success(let response): promise.succeed(response)
        case .failure(let error): promise.fail(error)
        }
    }

    func expire() {
        let carrier = connection
        finish(.failure(.timedOut))
        carrier?.close()
    }
}
