import CLinux
import Foundation
import NIOCore
import ServiceLifecycle

/// What the process holds of memory without needing it.
enum ProcessMemory {
    /// One heap for each event loop at most, and a single one for a process that has none: each has gaps of its own, and
    /// by default there are eight for each processor. Counts before the second thread only.
    static func limitHeaps() {
        let serves = CommandLine.arguments.contains("--worker") || CommandLine.arguments.dropFirst().first == "serve"
        clinux_limit_heaps(serves ? Int32(max(2, System.coreCount)) : 1)
    }

    /// Lets go of what only the start needed.
    ///
    /// Of the program's code linking and the look-up of types touch most once, and its pages stay although what serves
    /// guests is a tenth of them. They are clean copies of the file: what is used again comes back from the page cache,
    /// without a read. Does nothing where /proc does not tell which they are.
    static func release() {
        clinux_trim_heaps()
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let maps = FileManager.default.contents(atPath: "/proc/self/maps")
        else { return }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") where line.hasSuffix(" " + program) {
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1] == "r-xp" else { continue }
            let range = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard range.count == 2, range[1] > range[0] else { continue }
            _ = madvise(UnsafeMutableRawPointer(bitPattern: range[0]), Int(range[1] - range[0]), MADV_DONTNEED)
        }
    }
}

/// Gives the kernel back what a while of work has left: often after the start, when rules are installed and ports are
/// read, and once a minute later.
struct MemoryService: Service {
    private static let pauses = (first: Duration.seconds(3), last: Duration.seconds(60))

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Self.pauses.first
            while !Task.isCancelled {
                try? await Task.sleep(for: pause)
                // Reading ports takes much code that is then not used for minutes; later what is there is in use.
                if pause < Self.pauses.last { ProcessMemory.release() } else { clinux_trim_heaps() }
                pause = min(pause * 2, Self.pauses.last)
            }
        }
    }
}
