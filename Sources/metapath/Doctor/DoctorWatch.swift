import Doctor
import Foundation
import Lab

/// Examines again and again, and tells what has changed from one time to the next.
struct DoctorWatch {
    let options: DoctorOptions
    let isScreen: Bool
    /// Seconds from one examination to the next.
    let interval: Int

    private static let pulse = Duration.milliseconds(100)

    /// Until a signal arrives, or nobody reads any more.
    /// - Returns: the exit status of the last examination.
    func run() async throws -> Int32 {
        let interruption = Interruption()
        let screen = isScreen ? AlternateScreen() : nil
        var history = DoctorHistory()
        while !interruption.isRaised {
            let start = ContinuousClock.now
            guard let outcome = await examine(until: interruption) else { break }
            let time = Date()
            let changes = history.take(outcome, at: time)
            let text = DoctorWatchText(
                history: history, time: time, interval: interval, took: start.duration(to: .now))
            let isRead =
                switch screen {
                case .some(let screen): screen.show(try text.lines(Terminal.size ?? (24, 80)))
                case nil: Terminal.write(text.line(changes))
                }
            guard isRead else { break }
            await pause(until: start + .seconds(interval), or: interruption)
        }
        return history.exitStatus
    }

    /// Nil after a signal, which is not to wait for guests that get no answer.
    private func examine(until interruption: Interruption) async -> Result<Diagnosis, CommandError>? {
        let (outcomes, continuation) = AsyncStream.makeStream(of: Result<Diagnosis, CommandError>?.self)
        Task { continuation.yield(await outcome()) }
        let waiting = Task {
            while !interruption.isRaised { try await Task.sleep(for: Self.pulse) }
            continuation.yield(nil)
        }
        defer { waiting.cancel() }
        for await outcome in outcomes { return outcome }
        return nil
    }

    private func outcome() async -> Result<Diagnosis, CommandError> {
        do {
            return .success(try await DoctorPlan(options: options).examination { _, _ in }.run())
        } catch {
            return .failure(CommandError("\(error)"))
        }
    }

    private func pause(until end: ContinuousClock.Instant, or interruption: Interruption) async {
        while ContinuousClock.now < end, !interruption.isRaised { try? await Task.sleep(for: Self.pulse) }
    }
}
