import InstanceModel

/// The guests that have asked lately, in two generations: who asks moves to the younger one, and when that is full or
/// old, the older one is dropped with all who have not asked since.
struct RecentGuests {
    /// What a guest has used of its limits.
    struct Usage {
        private var first: RateWindow
        private var second: RateWindow

        init(at now: Int64) {
            first = RateWindow(at: now)
            second = first
        }

        mutating func wait(_ limit: RateLimit, _ other: RateLimit?, at now: Int64) -> Int64 {
            let wait = first.wait(limit, at: now)
            guard let other else { return wait }
            return max(wait, second.wait(other, at: now))
        }

        mutating func add() {
            first.add()
            second.add()
        }
    }

    private let capacity: Int
    private let lifetime: Int64
    private var young: [PortKey: Usage] = [:]
    private var old: [PortKey: Usage] = [:]
    /// When the younger generation began.
    private var began: Int64 = 0

    /// - Parameters:
    ///   - capacity: guests of a generation.
    ///   - lifetime: milliseconds after which what a guest has asked for does not matter any more.
    init(capacity: Int, lifetime: Int64) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    var count: Int { young.count + old.count(where: { young[$0.key] == nil }) }

    mutating func withUsage<Result>(of guest: PortKey, at now: Int64, _ use: (inout Usage) -> Result) -> Result {
        if now - began >= lifetime { turn(now) }
        if let place = young.index(forKey: guest) { return use(&young.values[place]) }
        var usage = old[guest] ?? Usage(at: now)
        defer {
            if young.count >= capacity { turn(now) }
            young[guest] = usage
        }
        return use(&usage)
    }

    private mutating func turn(_ now: Int64) {
        old = young
        young = [:]
        began = now
    }
}
