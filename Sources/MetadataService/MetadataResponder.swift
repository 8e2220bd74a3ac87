import HTTPWire
import Identification
import InstanceModel
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
    /// When the connection began; nil where nobody wanted to know.
    private let accepted: ContinuousClock.Instant?
    private var hasAsked = false

    init(arrival: Arrival, identify: Identify, answer: Answer, loop: LoopContext) {
        self.arrival = arrival
        self.identify = identify
        self.answer = answer
        self.loop = loop
        self.accepted = loop.observers.isEmpty ? nil : .now
    }

    public func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
        let trace = trace(request)
        let guest = identify.guest(of: request, arrival: arrival)
        if case .success(let key) = guest, let page = page(refusing: key, trace) {
            response.write(page)
            return .complete
        }
        let asking = asking(request, guest)
        switch outcome(request, asking, guest, trace) {
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

    public var takesLargeBodies: Bool { answer.takesLargeBodies }

    private func trace(_ request: borrowing Request) -> RequestTrace? {
        let isFirst = !hasAsked
        hasAsked = true
        guard !loop.observers.isEmpty else { return nil }
        return RequestTrace(
            observers: loop.observers, arrival: arrival, accepted: isFirst ? accepted : nil, request: request)
    }

    public func page(for failure: WireFailure) -> Response {
        if let cause = failure.cause { loop.reporter.report(cause) }
        return ErrorAnswer.page(for: failure)
    }

    public func cutOff(by error: any Error) {
        loop.reporter.report(error)
    }

    /// What a guest gets that has had its share of requests; nil for all others.
    private func page(refusing guest: PortKey, _ trace: RequestTrace?) -> Response? {
        trace?.guest = guest
        guard let page = loop.limits?.page(refusing: guest) else { return nil }
        refused(.tooManyRequests, trace)
        trace?.answered(page.status.code, page.bodyBytes)
        return page
    }

    private func refused(_ refusal: Refusal, _ trace: RequestTrace?) {
        loop.refusals.add(refusal.kind)
        trace?.refused(refusal)
    }

    @inline(__always)
    private func asking(_ request: borrowing Request, _ guest: Result<PortKey, Refusal>?) -> Asking {
        let route = Route(target: request.target)
        let requester =
            answer.needsRequester(route) ? identify.requester(of: request, guest: guest, arrival: arrival) : nil
        return Asking(
            route: route, method: request.method, methodName: request.methodBytes, target: request.target,
            headers: .borrowed(request.headers), requester: requester, body: request.body, largeBody: request.largeBody,
            hasContentLength: request.method == .post && request.header(.contentLength).isPresent)
    }

    private func outcome(
        _ request: borrowing Request, _ asking: Asking, _ guest: Result<PortKey, Refusal>?, _ trace: RequestTrace?
    ) -> Outcome {
        if answer.isOpen(asking.route) { return .reply(.root) }
        let staleness = loop.staleness()
        // A password is seen at once, also one that another process has stored.
        let afresh = loop.hasNoFeed && asking.route == .password
        let directory = staleness == nil && !afresh ? loop.directory : nil
        let caller = identify.caller(
            of: request, guest: guest, arrival: arrival, directory: directory, ports: loop.ports)
        switch answer.needsDocuments ? caller.withDocuments(directory) : caller {
        case .refused(let refusal):
            refused(refusal, trace)
            return .reply(ErrorAnswer.page(refusal, asking))
        case .known(let caller):
            trace?.identified(caller)
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
        return settled.assumeIsolated().flatMap { [self] result in
            switch result {
            case .failure(let refusal):
                refused(refusal, trace)
                return loop.eventLoop.makeSucceededFuture(Response(kept.withAsking { ErrorAnswer.page(refusal, $0) }))
            case .success(let caller):
                trace?.identified(caller)
                return kept.withAsking { answer.answer($0, caller, loop) }.response(on: loop.eventLoop)
            }
        }.flatMapErrorThrowing { [loop] error in
            loop.reporter.report(error)
            return kept.withAsking { ErrorAnswer.page(for: error, $0) }
        }.nonisolated()
    }
}
