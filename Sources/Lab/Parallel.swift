import Dispatch
import Foundation
import Synchronization

/// The results of `body` for 0 ..< `count`, in order, computed on a few threads: more than there are processors,
/// because a command in a namespace mostly waits for the kernel. Blocks until all is done.
/// - Throws: the first failure; after it nothing new is begun.
func inParallel<Value: Sendable>(
    _ count: Int, threads: Int = 8, _ body: @escaping @Sendable (Int) throws(LabError) -> Value
) throws(LabError) -> [Value] {
    let work = Work<Value>(count: count)
    let group = DispatchGroup()
    for _ in 0..<min(count, threads) {
        group.enter()
        Thread.detachNewThread {
            while let index = work.next() {
                work.finish(index, Result { () throws(LabError) in try body(index) })
            }
            group.leave()
        }
    }
    group.wait()
    return try work.results()
}

/// Numbers to hand out until one has failed, and what became of them.
private final class Work<Value: Sendable>: Sendable {
    private struct State {
        var rest: Range<Int>
        var values: [Value?]
        var failure: LabError?
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(rest: 0..<count, values: Array(repeating: nil, count: count)))
    }

    func next() -> Int? {
        state.withLock { $0.failure == nil ? $0.rest.popFirst() : nil }
    }

    func finish(_ index: Int, _ result: Result<Value, LabError>) {
        state.withLock { state in
            switch result {
            case .success(let value): state.values[index] = value
            case .failure(let error): state.failure = state.failure ?? error
            }
        }
    }

    func results() throws(LabError) -> [Value] {
        let (values, failure) = state.withLock { ($0.values, $0.failure) }
        if let failure { throw failure }
        return values.compactMap(\.self)
    }
}
