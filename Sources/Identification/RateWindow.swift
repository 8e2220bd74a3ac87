/// What one guest has used of a ``RateLimit``. Times are milliseconds.
///
/// The first request after a pause begins a window, and others follow it without a gap. Counted are the requests of the
/// present window and, of those in the one before, the share of it that is less than a window ago. So after a pause the
/// limit's number passes and the next request does not; and since refusals are not counted, who goes on asking gets that
/// number in each window (contract neutron.md §2.1, §8.5 test 9).
struct RateWindow {
    private var start: Int64
    private var count: Int32 = 0
    private var before: Int32 = 0

    init(at now: Int64) {
        self.start = now
    }

    /// How long until a further request is within the limit; 0: it is now.
    mutating func wait(_ limit: RateLimit, at now: Int64) -> Int64 {
        turn(limit.window, now)
        let free = Int64(limit.requests) - Int64(count)
        let left = start + limit.window - now
        guard free > 0 else { return left + 1 }
        guard Int64(before) * left / limit.window >= free else { return 0 }
        return left - (free * limit.window - 1) / Int64(before)
    }

    mutating func add() {
        count += 1
    }

    private mutating func turn(_ window: Int64, _ now: Int64) {
        let age = now - start
        guard age >= window else { return }
        before = age < 2 * window ? count : 0
        start = age < 2 * window ? start + window : now
        count = 0
    }
}
