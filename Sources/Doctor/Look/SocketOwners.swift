import Glibc

/// Which process has which socket, from one walk over `/proc`: sockets of all namespaces, which ss(8) shows one at a time
/// and with such a walk each.
struct SocketOwners: Sendable {
    private var owners: [UInt64: pid_t] = [:]

    /// Of a socket that several processes have, the one with the highest number: workers, not who started them.
    static func look() -> SocketOwners {
        var result = SocketOwners()
        for pid in entries(of: "/proc").compactMap({ pid_t($0) }) {
            for descriptor in entries(of: "/proc/\(pid)/fd") {
                guard let inode = inode(behind: "/proc/\(pid)/fd/\(descriptor)") else { continue }
                result.owners[inode] = max(pid, result.owners[inode] ?? 0)
            }
        }
        return result
    }

    /// Nil where nobody has it whom we may look at.
    func owner(of inode: UInt64?) -> pid_t? {
        inode.flatMap { owners[$0] }
    }

    private static func inode(behind path: String) -> UInt64? {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let target = String(decoding: buffer[..<count], as: UTF8.self)
        guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
        return UInt64(target.dropFirst(8).dropLast())
    }

    private static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}
