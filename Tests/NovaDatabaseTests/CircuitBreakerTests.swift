import Testing

@testable import NovaDatabase

/// A server that does not answer is not asked by everybody.
struct CircuitBreakerTests {
    private let start = ContinuousClock.now

    @Test func afterAFailureOneCallerTriesAndTheOthersAreRefused() {
        var breaker = CircuitBreaker()
        #expect(breaker.refusal(at: start) == nil)
        breaker.failed("gone", at: start)
        #expect(breaker.refusal(at: start + .milliseconds(900)) == "gone")
        #expect(breaker.refusal(at: start + .seconds(1)) == nil)
        #expect(breaker.refusal(at: start + .seconds(9)) == "gone")
    }

    @Test func aSuccessLetsEverybodyThrough() {
        var breaker = CircuitBreaker()
        breaker.failed("gone", at: start)
        _ = breaker.refusal(at: start + .seconds(2))
        breaker.succeeded()
        #expect(breaker.refusal(at: start + .seconds(2)) == nil)
        #expect(breaker.refusal(at: start + .seconds(2)) == nil)
    }

    @Test func aFailedTrialBeginsAnotherPause() {
        var breaker = CircuitBreaker()
        breaker.failed("gone", at: start)
        _ = breaker.refusal(at: start + .seconds(2))
        breaker.failed("still gone", at: start + .seconds(7))
        #expect(breaker.refusal(at: start + .seconds(7)) == "still gone")
        #expect(breaker.refusal(at: start + .seconds(8)) == nil)
    }
}
