import HTTPWire
import Identification
import InstanceStore
import MetadataDocuments
import NIOCore

/// One connection's requests, each from ARRIVE through IDENTIFY to ANSWER.
///
/// A warm request is answered in ``respond(to:into:)``, synchronously, from bytes that were rendered before. Only what
/// the directory does not hold waits: for the store, a dynamic vendor data target, or an upstream service.
public final class MetadataResponder: Responder {
    private let arrival: Arrival
    private let identify: Identify
    private let answer: Answer
    private let loop: LoopContext
    /// When the connection began, until its first request is there. Kept for the log only.
    private var accepted: ContinuousClock.Instant?

    init(arrival: Arrival, identify: Identify, answer: Answer, loop: LoopContext) {
        self.arrival = arrival
        self.identify = identify
        self.answer = answer
        self.loop = loop
        self.accepted = loop.log.map { _ in .now }
    }

    public func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
        let trace = trace(request)
        let asking = asking(request)
        switch outcome(request, asking, trace) {
        case .reply(let reply):
            response.write(reply)
            trace?.answered(reply.status, reply.bodyCount)
            return .complete
        case .later(let future):
            if let trace {
                future.assumeIsolated().whenSuccess { trace.answered($0.status.code, $0.bodyBytes) }
            }
            return .later(future)
        }
    }

    private func trace(_ request: borrowing Request) -> RequestTrace? {
        guard let log = loop.log else { return nil }
        defer { accepted = nil }
        return RequestTrace(log: log, arrival: arrival, accepted: accepted, request: request)
    }

    public func page(for failure: WireFailure) -> Response {
        if let cause = failure.cause { loop.reporter.report(cause) }
        return ErrorAnswer.page(for: failure)
    }

    public func cutOff(by error: any Error) {
        loop.reporter.report(error)
    }

    @inline(__always)
    private func asking(_ request: borrowing Request) -> Asking {
        let route = Route(target: request.target)
        let requester = answer.needsRequester(route) ? identify.requester(of: request, arrival: arrival) : nil
        return Asking(
            route: route, method: request.method, methodName: request.methodBytes, target: request.target,
            headers: .borrowed(request.headers), requester: requester, body: request.body,
            hasContentLength: request.method == .post && request.header(.contentLength).isPresent)
    }

    private func outcome(_ request: borrowing Request, _ asking: Asking, _ trace: RequestTrace?) -> Outcome {
        if answer.isOpen(asking.route) { return .reply(.root) }
        let staleness = loop.staleness()
        // A password is seen at once, also one that another process has stored.
        let afresh = loop.hasNoFeed && asking.route == .password
        let directory = staleness == nil && !afresh ? loop.directory : nil
        let caller = identify.caller(of: request, arrival: arrival, directory: directory, ports: loop.ports)
        switch answer.needsDocuments ? caller.withDocuments(directory) : caller {
        case .refused(let refusal):
            trace?.identified(nil, refusal)
            return .reply(ErrorAnswer.page(refusal, asking))
        case .known(let caller):
            trace?.identified(caller.instanceID, nil)
            return answer.answer(asking, caller, loop)
        case .unknown(let claim):
            return .later(settle(claim, after: staleness, afresh: afresh, asking.kept(), trace))
        }
    }

    /// The cold path: the directory catches up, the store settles who is calling, and then the answer is as ever.
    private func settle(
        _ claim: Claim, after staleness: EventLoopFuture<Void>?, afresh: Bool, _ kept: KeptAsking,
        _ trace: RequestTrace?
    ) -> EventLoopFuture<Response> {
        let directory = loop.directory
        let needsDocuments = answer.needsDocuments
        let settled = loop.eventLoop.makeFutureWithTask {
            try await staleness?.get()
            let settled = try await claim.settle(in: directory, afresh: afresh)
            guard needsDocuments, case .success(.name(let owner)) = settled else { return settled }
            return try await Claim.named(owner.instanceID, tenant: owner.projectID)
                .settle(in: directory, afresh: afresh)
        }
        return settled.assumeIsolated().flatMap { [answer, loop] result in
            switch result {
            case .failure(let refusal):
                trace?.identified(nil, refusal)
                return loop.eventLoop.makeSucceededFuture(Response(kept.withAsking { ErrorAnswer.page(refusal, $0) }))
            case .success(let caller):
                trace?.identified(caller.instanceID, nil)
                return kept.withAsking { answer.answer($0, caller, loop) }.response(on: loop.eventLoop)
            }
        }.flatMapErrorThrowing { [loop] error in
            loop.reporter.report(error)
            return kept.withAsking { ErrorAnswer.page(for: error, $0) }
        }.nonisolated()
    }
}
