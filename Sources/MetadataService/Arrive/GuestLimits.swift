import HTTPWire
import Identification
import InstanceModel
import Logging

/// ARRIVE's last question: has this guest had its share of requests? Guests are told apart by scope and source address.
public final class GuestLimits: Sendable {
    /// `[metadata_rate_limiting]` of Neutron's agents.
    public struct Configured: Equatable, Sendable {
        /// Both must hold.
        public var base: RateLimit
        public var burst: RateLimit
        /// Guests with other addresses have our own limit.
        public var families: Set<IPAddress.Family>

        public init(base: RateLimit, burst: RateLimit, families: Set<IPAddress.Family>) {
            self.base = base
            self.burst = burst
            self.families = families
        }
    }

    private struct Rule {
        var limiter: RateLimiter
        var pages: LimitPages
    }

    private let v4: Rule?
    private let v6: Rule?
    private let named = NamedGuests()
    private let logger: Logger

    /// - Parameters:
    ///   - configured: refused with 429, as by Neutron's haproxies; nil: the operator has not asked for it.
    ///   - own: for everybody else, refused with 503; nil for no limit.
    public init(configured: Configured?, own: RateLimit?, logger: Logger) {
        let own = own.map { Rule(limiter: RateLimiter($0), pages: .unavailable) }
        let told = configured.map { Rule(limiter: RateLimiter($0.base, and: $0.burst), pages: .tooManyRequests) }
        let families = configured?.families ?? []
        v4 = families.contains(.v4) ? told : own
        v6 = families.contains(.v6) ? told : own
        self.logger = logger
    }

    /// Counts a request of the guest.
    /// - Returns: nil if it is within the guest's limit, else what it gets instead of an answer.
    func page(refusing guest: PortKey) -> Response? {
        guard let rule = guest.address.family == .v4 ? v4 : v6 else { return nil }
        let now = CoarseClock.milliseconds
        let wait = rule.limiter.admit(guest, at: now)
        guard wait > 0 else { return nil }
        if named.isNew(guest, at: now) { report(guest) }
        return rule.pages.page(after: wait)
    }

    private func report(_ guest: PortKey) {
        logger.warning(
            "requests are refused: the guest has asked more often than its limit allows",
            metadata: ["scope": "\(guest.scope)", "address": "\(guest.address)"])
    }
}
