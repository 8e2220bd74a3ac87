import Foundation
import NetworkNamespaces

/// The haproxy that this program stands in front of.
enum OtherHaproxy {
    /// Becomes it. Returns only where there is none, with the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        if let path = path() {
            _ = withCStrings([path] + arguments) { execv(path, $0) }
        }
        FileHandle.standardError.write(
            Data(
                """
                \(HaproxyShim.name) (metapath): expected `-f FILE` with a file that Neutron has written, or another \
                haproxy in PATH to run with these arguments; found neither.

                """.utf8))
        return 1
    }

    /// The first in `PATH` that is not this program.
    private static func path() -> String? {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let own = file("/proc/self/exe")
        return directories.map { "\($0)/\(HaproxyShim.name)" }.first { path in
            access(path, X_OK) == 0 && file(path) != own
        }
    }

    private static func file(_ path: String) -> [UInt64]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }
}
