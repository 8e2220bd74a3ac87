import HTTPWire
import NIOCore

/// The body of a watcher's answer: gives what its feed has collected, from time to time, until one side ends it.
///
/// A client that takes too little is given nothing more until it has taken that; what this means for the rest is the
/// feed's concern.
final class WatchBody: BodySource {
    private let feed: any WatchFeed
    private let interval: TimeAmount
    private let eventLoop: any EventLoop
    /// Called once at the end.
    private let whenEnded: () -> Void
    private var sink: (any BodySink)?
    private var timer: RepeatedTask?
    private var isPaused = false
    private var isTaking = false
    /// Ends when what is being taken has been given.
    private var isEnding = false
    private var hasEnded = false

    init(
        _ feed: any WatchFeed, every interval: TimeAmount, on eventLoop: any EventLoop, whenEnded: @escaping () -> Void
    ) {
        self.feed = feed
        self.interval = interval
        self.eventLoop = eventLoop
        self.whenEnded = whenEnded
    }

    func start(_ sink: any BodySink) {
        guard !hasEnded else { return sink.bodyEnded(nil) }
        self.sink = sink
        let body = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in body.value.give() }
    }

    func setPaused(_ isPaused: Bool) {
        self.isPaused = isPaused
    }

    /// The client has gone.
    func cancel() {
        guard !hasEnded else { return }
        hasEnded = true
        timer?.cancel()
        sink = nil
        whenEnded()
    }

    /// The server stops: what was collected is still given.
    func end() {
        isEnding = true
        if isPaused { finish() } else { give() }
    }

    private func finish() {
        let sink = sink
        cancel()
        sink?.bodyEnded(nil)
    }

    /// Counting takes longer than an event loop should be held up.
    private func give() {
        guard !isPaused, !isTaking, !hasEnded else { return }
        isTaking = true
        let taken = eventLoop.makeFutureWithTask { [feed] in feed.take() }
        taken.assumeIsolated().whenSuccess { [self] bytes in
            isTaking = false
            if !bytes.isEmpty { sink?.body(ByteBuffer(bytes: bytes)) }
            if isEnding { finish() }
        }
    }
}
