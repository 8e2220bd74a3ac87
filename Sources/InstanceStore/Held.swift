/// Values that are kept until they are forgotten, or for a fixed time.
struct Held<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var expires: ContinuousClock.Instant?
    }

    private var entries: [Key: Entry] = [:]
    private let lifetime: Duration?
    private var nextSweep: ContinuousClock.Instant?

    /// - Parameter lifetime: nil to keep values until they are forgotten.
    init(lifetime: Duration?) {
        self.lifetime = lifetime
    }

    @inline(__always)
    subscript(key: Key) -> Value? {
        guard let entry = entries[key] else { return nil }
        if let expires = entry.expires, expires <= .now { return nil }
        return entry.value
    }

    /// - Parameter since: when the value was true; its time counts from then.
    mutating func keep(_ value: Value, for key: Key, since: ContinuousClock.Instant) {
        sweep()
        guard lifetime != .zero else { return }
        entries[key] = Entry(value: value, expires: lifetime.map { since + $0 })
    }

    @discardableResult
    mutating func forget(_ key: Key) -> Value? {
        entries.removeValue(forKey: key)?.value
    }

    mutating func forgetAll() {
        entries.removeAll()
    }

    /// Drops what has expired, once a lifetime, so that nothing outlives its use for long.
    private mutating func sweep() {
        guard let lifetime else { return }
        let now = ContinuousClock.now
        if let nextSweep, now < nextSweep { return }
        nextSweep = now + max(lifetime, .seconds(1))
        entries = entries.filter { entry in entry.value.expires.map { $0 > now } ?? true }
    }
}
