/// So many requests of one guest within a time.
public struct RateLimit: Hashable, Sendable {
    /// 1…1 000 000.
    public let requests: Int
    /// 1 second…1 day, in milliseconds.
    public let window: Int64

    public init(requests: Int, seconds: Int) {
        self.requests = min(max(requests, 1), 1_000_000)
        self.window = Int64(min(max(seconds, 1), 86_400)) * 1000
    }
}
