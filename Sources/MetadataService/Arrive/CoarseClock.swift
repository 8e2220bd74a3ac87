import Foundation

/// A clock that does not go back and costs next to nothing: on Linux, the time of the kernel's last tick.
enum CoarseClock {
    #if os(Linux)
    private static let id = CLOCK_MONOTONIC_COARSE
    #else
    private static let id = CLOCK_MONOTONIC
    #endif

    /// Since the system's start; some milliseconds old at most.
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
