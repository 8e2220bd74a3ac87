import Identification
import Logging
import Synchronization

/// How many requests have been refused since the start, by reason. One for the process, counted by all event loops.
public final class RefusalCounts: Sendable {
    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    private let counters = Refusal.Kind.allCases.map { _ in Counter() }

    public init() {}

    public func add(_ kind: Refusal.Kind) {
        counters[kind.rawValue].value.add(1, ordering: .relaxed)
    }

    /// Without the reasons that nobody was refused for.
    public var totals: [Refusal.Kind: Int] {
        let all = Refusal.Kind.allCases.map { ($0, counters[$0.rawValue].value.load(ordering: .relaxed)) }
        return Dictionary(uniqueKeysWithValues: all.filter { $0.1 > 0 })
    }

    /// Tells the log once in `interval`, if there were any, how many more have been refused; once more when cancelled.
    public func follow(logger: Logger, every interval: Duration = .seconds(60)) async {
        var told: [Refusal.Kind: Int] = [:]
        var isCancelled = false
        while !isCancelled {
            isCancelled = (try? await Task.sleep(for: interval)) == nil
            let totals = totals
            let more = totals.filter { $0.value > told[$0.key, default: 0] }
            guard !more.isEmpty else { continue }
            let counts = more.map { ("\($0.key)", "\($0.value - told[$0.key, default: 0])") }
            logger.notice(
                "requests were refused",
                metadata: Logger.Metadata(uniqueKeysWithValues: counts.map { ($0.0, "\($0.1)") }))
            told = totals
        }
    }
}
