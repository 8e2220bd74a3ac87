import HTTPWire
import Identification
import InstanceModel
import NIOCore

/// Follows one request for those who observe; exists only while there is somebody.
final class RequestTrace {
    private let observers: RequestObservers
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let arrived: Duration?
    private let arrival: Arrival
    private let method: [UInt8]
    private let target: [UInt8]
    /// Where the guest is; nil at the service port, and where that cannot be told.
    var guest: PortKey?
    private var caller: Identified?
    private var refusal: Refusal?
    private var identified: Duration = .zero

    /// - Parameter accepted: when the connection was; nil for any but its first request.
    init(
        observers: RequestObservers, arrival: Arrival, accepted: ContinuousClock.Instant?, request: borrowing Request
    ) {
        self.observers = observers
        self.arrival = arrival
        self.method = Array(request.methodBytes)
        self.target = Array(request.target)
        self.start = clock.now
        self.arrived = accepted?.duration(to: start)
    }

    func identified(_ caller: Identified) {
        self.caller = caller
        identified = start.duration(to: clock.now)
    }

    func refused(_ refusal: Refusal) {
        self.refusal = refusal
        identified = start.duration(to: clock.now)
    }

    func answered(_ status: Int, _ bytes: Int) {
        observers.tell(
            RequestRecord(
                arrival: arrival, guest: guest, instance: caller?.instanceID, name: caller?.instanceName,
                refusal: refusal, method: method, target: target, status: status, bytes: bytes, arrived: arrived,
                identified: identified, answered: start.duration(to: clock.now)))
    }
}
