import Glibc

/// Programs of the system.
public enum Executable {
    /// The path of this program.
    /// - Throws: ``NamespaceError`` when /proc is not mounted.
    public static func own() throws(NamespaceError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw .system("read /proc/self/exe") }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Whether there is another program at this path than the one that is running.
    public static func hasChanged(_ path: String) -> Bool {
        guard let there = NamespaceIdentity(file: path), let running = NamespaceIdentity(file: "/proc/self/exe") else {
            return false
        }
        return there != running && access(path, X_OK) == 0
    }

    /// The path of a program: in `PATH`, then where administration tools are, which an ordinary user's `PATH` may lack.
    /// A name with a slash is a path already. Nil when there is none that may be executed.
    public static func path(of name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let variable = getenv("PATH").map { String(cString: $0) } ?? ""
        let directories = variable.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]
        return directories.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}

/// The strings as C wants them: pointers, the last one null.
public func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
}
