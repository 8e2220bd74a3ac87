import Foundation

/// A user of the system.
public struct Account: Hashable, Sendable {
    public var name: String
    public var user: uid_t
    public var group: gid_t

    /// By name or number; nil when there is none.
    public init?(_ text: String) {
        guard let entry = UInt32(text).map({ getpwuid($0) }) ?? getpwnam(text) else { return nil }
        name = String(cString: entry.pointee.pw_name)
        user = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    /// Whoever owns a file; nil when there is no such file.
    public init?(ownerOf path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        user = status.st_uid
        group = status.st_gid
        name = getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
    }

    /// The user namespace of this process knows the user, so that one can become it.
    public var isMapped: Bool {
        Self.contents("/proc/self/uid_map", map: user) && Self.isMapped(group: group)
    }

    /// The number of a group, by name or number; nil when there is none of that name.
    public static func group(_ text: String) -> gid_t? {
        UInt32(text) ?? getgrnam(text)?.pointee.gr_gid
    }

    /// The user namespace of this process knows the group, so that files can be given to it.
    public static func isMapped(group: gid_t) -> Bool {
        contents("/proc/self/gid_map", map: group)
    }

    /// Each line: the first number inside, the first outside, how many.
    private static func contents(_ path: String, map id: UInt32) -> Bool {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return true }
        return text.split(separator: "\n").contains { line in
            let numbers = line.split(separator: " ").compactMap { UInt64($0) }
            return numbers.count == 3 && numbers[0] <= id && UInt64(id) - numbers[0] < numbers[2]
        }
    }
}
