/// Runs one piece of work at a time and lets callers share it: a caller that arrives while the work runs waits for
/// the next run, because the present one may have begun before what the caller wants to see.
actor ChangeFollower {
    private var running: Task<Void, any Error>?
    private var waiting: Task<Void, any Error>?

    func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        if let waiting { return try await waiting.value }
        let next = Task { [running] in
            _ = await running?.result
            self.begin()
            try await work()
        }
        if running == nil { running = next } else { waiting = next }
        defer { if running == next { running = nil } }
        try await next.value
    }

    private func begin() {
        guard let next = waiting else { return }
        running = next
        waiting = nil
    }
}
