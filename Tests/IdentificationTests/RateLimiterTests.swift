import InstanceModel
import Testing

@testable import Identification

/// Contract neutron.md §2.1 and §8.5 test 9. Times are milliseconds.
struct RateLimiterTests {
    private let base = RateLimit(requests: 6, seconds: 10)
    private let burst = RateLimit(requests: 3, seconds: 2)
    private let guest = Self.guest(5)
    private let start: Int64 = 1_000_000

    private static func guest(_ host: UInt32, network: UInt64 = 1) -> PortKey {
        PortKey(scope: .network(NetworkID(high: 1, low: network)), address: IPAddress(v4: 0x0A00_0000 | host))
    }

    @Test func theLimitsNumberPassesAndTheNextDoesNot() {
        let limiter = RateLimiter(base)
        for _ in 0..<6 { #expect(limiter.admit(guest, at: start) == 0) }
        #expect(limiter.admit(guest, at: start) > 0)
        let spread = RateLimiter(base)
        for number in 0..<6 { #expect(spread.admit(guest, at: start + Int64(number) * 1900) == 0) }
        #expect(spread.admit(guest, at: start + 9999) > 0)
    }

    @Test func afterTheWaitThereIsRoomAndNotBefore() {
        let limiter = RateLimiter(base)
        var now = start
        for _ in 0..<40 {
            let wait = limiter.admit(guest, at: now)
            guard wait > 0 else { continue }
            #expect(limiter.admit(guest, at: now + wait - 1) == 1)
            now += wait
            #expect(limiter.admit(guest, at: now) == 0)
        }
    }

    @Test func bothLimitsHold() {
        let limiter = RateLimiter(base, and: burst)
        let admitted = (0..<6).filter { limiter.admit(guest, at: start + Int64($0)) == 0 }
        #expect(admitted == [0, 1, 2])
        #expect(limiter.admit(guest, at: start + 4000) == 0)
        for moment in [6000, 8000] { #expect(limiter.admit(guest, at: start + Int64(moment)) == 0) }
        #expect(limiter.admit(guest, at: start + 9500) > 0)
    }

    /// HAProxy counts what it refuses, and such a client gets nothing any more until it pauses.
    @Test(arguments: [900, 100, 1] as [Int64])
    func aClientThatKeepsAskingGetsItsBaseRate(every interval: Int64) {
        let limiter = RateLimiter(base, and: burst)
        let moments = stride(from: start, to: start + 100_000, by: Int64.Stride(interval))
        let admitted = moments.filter { limiter.admit(guest, at: $0) == 0 }
        #expect((55...66).contains(admitted.count))
        for pause in zip(admitted, admitted.dropFirst()).map({ $1 - $0 }) { #expect(pause <= 10_000) }
    }

    @Test func guestsAreToldApartByScopeAndAddress() throws {
        let limiter = RateLimiter(RateLimit(requests: 1, seconds: 10))
        let router = PortKey(scope: .router(RouterID(high: 1, low: 1)), address: guest.address)
        let v6 = PortKey(scope: guest.scope, address: try #require(IPAddress("2001:db8::5")))
        let guests = [guest, Self.guest(6), Self.guest(5, network: 2), router, v6]
        for guest in guests { #expect(limiter.admit(guest, at: start) == 0) }
        for guest in guests { #expect(limiter.admit(guest, at: start) > 0) }
    }

    @Test func anIPv4MappedAddressIsTheIPv4Address() throws {
        let limiter = RateLimiter(RateLimit(requests: 1, seconds: 10))
        let mapped = PortKey(scope: guest.scope, address: try #require(IPAddress("::ffff:10.0.0.5")))
        #expect(limiter.admit(guest, at: start) == 0)
        #expect(limiter.admit(mapped, at: start) > 0)
    }

    @Test func manyAddressesTakeNoMoreThanTheirSpace() {
        let limiter = RateLimiter(base, capacity: 3200)
        for host in 0..<50_000 { #expect(limiter.admit(Self.guest(UInt32(host)), at: start) == 0) }
        #expect((1600...3200).contains(limiter.count))
    }

    @Test func whoAsksIsNotForgottenWhileOthersCome() {
        let limiter = RateLimiter(base, capacity: 3200)
        for _ in 0..<6 { #expect(limiter.admit(guest, at: start) == 0) }
        for host in 1000..<50_000 {
            _ = limiter.admit(Self.guest(UInt32(host)), at: start)
            if host % 50 == 0 { #expect(limiter.admit(guest, at: start) > 0) }
        }
    }

    @Test func whoHasNotAskedForLongestIsForgotten() {
        let limiter = RateLimiter(base, capacity: 3200)
        for _ in 0..<6 { #expect(limiter.admit(guest, at: start) == 0) }
        for host in 1000..<50_000 { _ = limiter.admit(Self.guest(UInt32(host)), at: start) }
        #expect(limiter.admit(guest, at: start) == 0)
    }

    @Test func spaceIsGivenBackWhenGuestsAreQuiet() {
        let limiter = RateLimiter(base)
        for host in 0..<10_000 { _ = limiter.admit(Self.guest(UInt32(host)), at: start) }
        for round in 1...2 {
            for host in 20_000..<20_200 {
                _ = limiter.admit(Self.guest(UInt32(host)), at: start + Int64(round) * 21_000)
            }
        }
        #expect(limiter.count == 200)
    }

    @Test func theNumberIsExactWhereverRequestsAreCounted() async {
        let limiter = RateLimiter(RateLimit(requests: 500, seconds: 5))
        let (guest, start) = (guest, start)
        let admitted = await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { (0..<1000).count { _ in limiter.admit(guest, at: start) == 0 } }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 500)
    }
}
