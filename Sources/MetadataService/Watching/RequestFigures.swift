/// How many requests there were, how many of them failed, and how long they took.
struct RequestFigures {
    private(set) var requests = 0
    /// With a status of 400 and more.
    private(set) var errors = 0
    private(set) var times = LatencyHistogram()

    mutating func add(status: Int, nanoseconds: Int) {
        requests += 1
        if status >= 400 { errors += 1 }
        times.add(nanoseconds)
    }

    mutating func add(_ other: RequestFigures) {
        requests += other.requests
        errors += other.errors
        times.add(other.times)
    }
}
