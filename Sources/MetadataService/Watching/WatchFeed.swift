/// What one watcher is told: collected on all event loops, taken by its own connection.
protocol WatchFeed: RequestObserver {
    /// What there is to be told since the last time, as JSON lines; empty for nothing. Called by one task at a time.
    func take() -> [UInt8]
}
