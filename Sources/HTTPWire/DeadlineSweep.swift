import NIOCore

/// Something that may take only so long.
protocol Expiring: AnyObject {
    /// When ``expire()`` is to be called.
    var deadline: NIODeadline { get }
    /// Its place in the sweep; belongs to ``DeadlineSweep``.
    var sweepIndex: Int { get set }
    /// The deadline has passed. Must set another one or leave the sweep.
    func expire()
}

/// Checks the deadlines of everything on one event loop together, so that a deadline costs no timer and moving it is
/// one store. Sleeps while there is nothing to check.
final class DeadlineSweep<Member: Expiring> {
    let eventLoop: any EventLoop
    /// The time of the latest check, or of when there last was nothing to check: at most ``interval`` old.
    private(set) var now: NIODeadline
    private(set) var members: [Member] = []
    private let interval: TimeAmount
    private var isScheduled = false

    init(eventLoop: any EventLoop, interval: TimeAmount) {
        self.eventLoop = eventLoop
        self.interval = interval
        self.now = eventLoop.now
    }

    func add(_ member: Member) {
        member.sweepIndex = members.count
        members.append(member)
        guard !isScheduled else { return }
        now = eventLoop.now
        schedule()
    }

    func remove(_ member: Member) {
        let index = member.sweepIndex
        guard index < members.count, members[index] === member else { return }
        let last = members.removeLast()
        guard last !== member else { return }
        members[index] = last
        last.sweepIndex = index
    }

    private func schedule() {
        isScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: interval) { self.check() }
    }

    private func check() {
        isScheduled = false
        now = eventLoop.now
        for member in members.filter({ $0.deadline <= now }) { member.expire() }
        if !members.isEmpty, !isScheduled { schedule() }
    }
}
