import NIOCore

/// One request to an upstream service and the promise of its response.
final class UpstreamExchange: Expiring {
    var request: UpstreamRequest
    /// Where it may go when a service fails; nil: nowhere else.
    private let client: UpstreamClient?
    private let promise: EventLoopPromise<Response>
    private let sweep: DeadlineSweep<UpstreamExchange>
    private let timeout: TimeAmount
    private(set) var deadline: NIODeadline
    var sweepIndex = 0
    /// The services that have failed it.
    private(set) var failedHosts: [UpstreamHost] = []
    /// It was sent a second time to the service that closed a kept connection.
    var wasRetried = false
    /// The connection that carries it, from its sending to its end.
    var connection: UpstreamConnection?
    /// The response has been promised; of a large one the body may still be coming.
    private(set) var isDone = false

    /// - Parameter timeout: until the response is there, all waiting included; then for each further piece of it.
    init(
        _ request: UpstreamRequest, client: UpstreamClient?, sweep: DeadlineSweep<UpstreamExchange>, timeout: TimeAmount
    ) {
        self.request = request
        self.client = client
        self.sweep = sweep
        self.timeout = timeout
        self.promise = sweep.eventLoop.makePromise()
        self.deadline = (sweep.members.isEmpty ? sweep.eventLoop.now : sweep.now) + timeout
        sweep.add(self)
    }

    var response: EventLoopFuture<Response> { promise.futureResult }

    /// The service could not carry it out: another one may, when that does no harm.
    func fail(_ error: UpstreamError, at host: UpstreamHost, canRepeat: Bool) {
        guard !isDone else { return }
        connection = nil
        failedHosts.append(host)
        if canRepeat, let client, client.dispatch(self) { return }
        finish(.failure(error))
    }

    func finish(_ result: Result<Response, UpstreamError>) {
        guard !isDone else { return }
        isDone = true
        connection = nil
        sweep.remove(self)
        promise.completeWith(result.mapError { $0 })
    }

    func expire() {
        let carrier = connection
        if isDone { end() }
        finish(.failure(.timedOut))
        carrier?.expired()
    }
}

extension UpstreamExchange {
    /// Gives the response's head; its body comes piece by piece until ``end()``.
    func begin(_ response: Response) {
        guard !isDone else { return }
        isDone = true
        promise.succeed(response)
    }

    /// The time-out begins anew.
    /// - Parameter waits: whether it is the service that is waited for, rather than the client.
    func progress(waits: Bool) {
        deadline = waits ? sweep.now + timeout : .distantFuture
    }

    /// The body has ended, or is not wanted any more.
    func end() {
        connection = nil
        sweep.remove(self)
    }
}
