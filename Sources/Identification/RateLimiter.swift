import InstanceModel
import Synchronization

/// Counts the requests of guests against limits that hold for each of them. Safe to use from all event loops.
///
/// At most ``capacity`` guests are remembered; beyond it those are forgotten that have not asked for longest, and begin
/// anew. Who would make room for itself by asking from many addresses needs thousands of them for one new beginning,
/// and has a limit of its own at each of them anyway.
public final class RateLimiter: Sendable {
    /// Guests remembered, at the most: some 6 MB.
    public static let capacity = 32_768
    private static let shardBits: UInt64 = 4

    private let limit: RateLimit
    private let second: RateLimit?
    private let shards: [Shard]

    /// - Parameter second: must hold as well.
    public init(_ limit: RateLimit, and second: RateLimit? = nil, capacity: Int = RateLimiter.capacity) {
        self.limit = limit
        self.second = second
        let lifetime = 2 * max(limit.window, second?.window ?? 0)
        // Each shard has two generations.
        let share = max(1, capacity >> Int(Self.shardBits + 1))
        self.shards = (0..<1 << Self.shardBits).map { _ in Shard(RecentGuests(capacity: share, lifetime: lifetime)) }
    }

    /// Counts a request that is within the limits.
    /// - Parameter now: milliseconds, on a clock that does not go back.
    /// - Returns: 0 for such a request; for others the milliseconds until there will be room for one.
    public func admit(_ guest: PortKey, at now: Int64) -> Int64 {
        shards[Self.shard(of: guest)].guests.withLock { guests in
            guests.withUsage(of: guest, at: now) { usage in
                let wait = usage.wait(limit, second, at: now)
                if wait == 0 { usage.add() }
                return wait
            }
        }
    }

    /// Guests that are remembered.
    public var count: Int { shards.reduce(0) { $0 + $1.guests.withLock { $0.count } } }

    private static func shard(of guest: PortKey) -> Int {
        let id =
            switch guest.scope {
            case .network(let network): network.low
            case .router(let router): router.low
            }
        let mixed = (guest.address.low ^ guest.address.high ^ id) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> (64 - shardBits))
    }

    /// Guests under one lock, so that event loops seldom wait for each other.
    private final class Shard: Sendable {
        let guests: Mutex<RecentGuests>

        init(_ guests: sending RecentGuests) {
            self.guests = Mutex(guests)
        }
    }
}
