import Foundation
import HTTPWire
import InstanceStore
import MetadataDocuments
import NIOCore

/// What the connections of one event loop share without locks.
final class LoopContext {
    let eventLoop: any EventLoop
    let directory: DocumentDirectory
    let ports: (any PortFinder)?
    let limits: GuestLimits?
    let refusals: RefusalCounts
    let observers: RequestObservers
    let reporter: Reporter
    let seed = RandomSeed(fill: SystemRandom.fill)
    private let changes: (any ChangeSignal)?
    private var catchingUp: EventLoopFuture<Void>?
    private var overdue = false
    /// The UTC date, `YYYY-MM-DD`, at most a second old.
    private(set) var today = ""

    init(
        eventLoop: any EventLoop, directory: DocumentDirectory, ports: (any PortFinder)?, limits: GuestLimits?,
        refusals: RefusalCounts, observers: RequestObservers, reporter: Reporter
    ) throws {
        self.eventLoop = eventLoop
        self.directory = directory
        self.ports = ports
        self.limits = limits
        self.refusals = refusals
        self.observers = observers
        self.reporter = reporter
        self.changes =
            if case .followed(let feed) = directory.store.freshness { try feed.makeChangeSignal() } else { nil }
        followDate()
    }

    /// Nil when the directory shows every change that was committed before now; otherwise what to wait for.
    func staleness() -> EventLoopFuture<Void>? {
        guard let changes else { return nil }
        if changes.isRaised() || overdue { catchUp() }
        return catchingUp
    }

    /// Nobody tells of changes: what the directory holds may be as old as the store allows.
    var hasNoFeed: Bool { changes == nil }

    /// A change seen while an earlier one is still being read needs a read of its own, begun after it.
    private func catchUp() {
        overdue = false
        let directory = directory
        let reading = eventLoop.makeFutureWithTask { try await directory.catchUp() }
        catchingUp = reading
        reading.assumeIsolated().whenComplete { [self] result in
            guard catchingUp === reading else { return }
            catchingUp = nil
            // The next request tries again: an answer that may be out of date is worse than a late one.
            if case .failure = result { overdue = true }
        }
    }

    /// An answer for which somebody else has to be asked: what they fail with is reported, and answered with a page.
    func later(
        _ kept: KeptAsking, _ work: @escaping @Sendable () async throws -> Response
    ) -> Outcome {
        let reporter = reporter
        return .later(
            eventLoop.makeFutureWithTask {
                do {
                    return try await work()
                } catch {
                    reporter.report(error)
                    return kept.withAsking { ErrorAnswer.page(for: error, $0) }
                }
            })
    }

    private func followDate() {
        today = Self.date
        let context = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            context.value.today = Self.date
        }
    }

    private static var date: String { Date.now.formatted(.iso8601.year().month().day()) }
}
