import HTTPWire
import Identification
import InstanceModel
import NIOCore

/// Follows one request for the access log; exists only while there is one.
final class RequestTrace {
    private let log: RequestLog
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let arrival: Arrival
    private let method: [UInt8]
    private let target: [UInt8]
    private var instance: InstanceID?
    private var refusal: Refusal?
    private var identified: Duration = .zero

    init(log: RequestLog, arrival: Arrival, request: borrowing Request) {
        self.log = log
        self.arrival = arrival
        self.method = Array(request.methodBytes)
        self.target = Array(request.target)
        self.start = clock.now
    }

    func identified(_ instance: InstanceID?, _ refusal: Refusal?) {
        self.instance = instance
        self.refusal = refusal
        identified = start.duration(to: clock.now)
    }

    func answered(_ status: Int, _ bytes: Int) {
        log.record(
            RequestRecord(
                arrival: arrival, instance: instance, refusal: refusal, method: method, target: target, status: status,
                bytes: bytes, identified: identified, answered: start.duration(to: clock.now)))
    }
}
