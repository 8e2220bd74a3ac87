import ArgumentParser
import Foundation
import HaproxyShim

/// What the program is depends on the name it was started under.
@main
enum Program {
    static func main() {
        ProcessMemory.limitHeaps()
        guard (CommandLine.arguments.first as NSString?)?.lastPathComponent == HaproxyShim.name else { return run() }
        exit(HaproxyShim.run(Array(CommandLine.arguments.dropFirst()), socket: ShimSocketOption.ofShim()))
    }

    /// Everything happens on other threads. This one stays: an asynchronous `main` would end it, and a thread that has
    /// ended keeps its user and its capabilities when the process gives them up.
    private static func run() {
        Task.detached {
            await Metapath.main()
            exit(EXIT_SUCCESS)
        }
        while true { pause() }
    }
}
