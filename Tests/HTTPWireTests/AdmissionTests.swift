import NIOCore
import Synchronization
import Testing

@testable import HTTPWire

@Suite struct AdmissionTests {
    private final class Log: Sendable {
        private let entries = Mutex<[Int]>([])
        func note(_ number: Int) { entries.withLock { $0.append(number) } }
        var all: [Int] { entries.withLock { $0 } }
    }

    @Test func placesGoToThoseWhoWaitedLongest() {
        let admission = ConnectionAdmission(.init(served: 1, waiting: 3, refused: 1))
        let log = Log()
        #expect(admission.admit())
        #expect(!admission.admit())
        var tickets: [ConnectionAdmission.Ticket] = []
        for number in 1...3 {
            guard case .waiting(let ticket) = admission.wait({ log.note(number) }) else {
                return #expect(Bool(false), "must wait")
            }
            tickets.append(ticket)
        }
        guard case .refused = admission.wait({}) else { return #expect(Bool(false), "the queue is full") }
        guard case .dropped = admission.wait({}) else { return #expect(Bool(false), "nobody can be told any more") }
        #expect(admission.cancel(tickets[1]))
        #expect(!admission.cancel(tickets[1]))
        admission.release()
        admission.release()
        #expect(log.all == [1, 3])
        #expect(!admission.cancel(tickets[2]))
        admission.release()
        #expect(admission.counts == (0, 0))
    }

    @Test func capacityIsWhatTheProcessCanOpen() {
        let limits = WireLimits()
        #expect(ConnectionAdmission.Capacity(limits, descriptors: 1_000_000).served == 8192)
        for descriptors in [16, 64, 256, 1024, 20_000, 65_536] {
            let capacity = ConnectionAdmission.Capacity(limits, descriptors: descriptors)
            #expect(capacity.served >= 1)
            #expect(capacity.served + capacity.waiting + capacity.refused <= max(16, descriptors))
        }
        #expect(ConnectionAdmission.Capacity(limits, descriptors: 1024).served > 400)
    }
}
