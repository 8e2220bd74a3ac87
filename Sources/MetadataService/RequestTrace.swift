import HTTPWire
import Identification
import InstanceModel
import NIOCore

/// Follows one request for the access log; exists only while there is one.
final class RequestTrace {
    private let log: RequestLog
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let arrived: Duration?
    private let arrival: Arrival
    private let method: [UInt8]
    private let target: [UInt8]
    /// Where the guest is; nil at the service port, and where that cannot be told.
    var guest: PortKey?
    private var instance: InstanceID?
    private var refusal: Refusal?
    private var identified: Duration = .zero

    /// - Parameter accepted: when the connection was; nil for any but its first request.
    init(log: RequestLog, arrival: Arrival, accepted: ContinuousClock.Instant?, request: borrowing Request) {
        self.log = log
        self.arrival = arrival
        self.method = Array(request.methodBytes)
        self.target = Array(request.target)
        self.start = clock.now
        self.arrived = accepted?.duration(to: start)
    }

    func identified(_ instance: InstanceID?, _ refusal: Refusal?) {
        self.instance = instance
        self.refusal = refusal
        identified = start.duration(to: clock.now)
    }

    func answered(_ status: Int, _ bytes: Int) {
        log.record(
            RequestRecord(
                arrival: arrival, guest: guest, instance: instance, refusal: refusal, method: method, target: target,
                status: status, bytes: bytes, arrived: arrived, identified: identified,
                answered: start.duration(to: clock.now)))
    }
}
