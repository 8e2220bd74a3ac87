import Foundation
import MetadataDocuments
import Synchronization

/// The busiest and the slowest of the last seconds, a line each time it is asked, which is once a second.
final class TopFeed: WatchFeed {
    private struct Slice {
        var tally = RequestTally()
        var began = ContinuousClock.now
    }

    private struct Window {
        var slices: [(tally: RequestTally, duration: Duration)] = []
    }

    private let window: Int
    private let rows: Int
    private let present = Mutex(Slice())
    private let past = Mutex(Window())

    /// - Parameters:
    ///   - window: seconds that the figures are about, 1…60.
    ///   - rows: of each table, 1…100.
    init(window: Int, rows: Int) {
        self.window = window
        self.rows = rows
    }

    func observe(_ record: inout RequestRecord) {
        present.withLock { $0.tally.add(record) }
    }

    func take() -> [UInt8] {
        let slice = present.withLock { present in
            defer { present = Slice() }
            return present
        }
        let slices = past.withLock { past in
            past.slices.append((slice.tally, slice.began.duration(to: .now)))
            if past.slices.count > window { past.slices.removeFirst() }
            return past.slices
        }
        var tally = RequestTally()
        for slice in slices { tally.add(slice.tally) }
        let seconds = slices.reduce(0) { $0 + $1.duration / .seconds(1) }
        return TopReport(tally, seconds: seconds, rows: rows).line
    }
}
