import Glibc

/// The network namespaces that have a name, as `ip netns` keeps them.
public enum NetworkNamespace {
    /// Where each named namespace is a file.
    public static let directory = "/run/netns"

    /// The names, sorted; empty when the directory does not exist.
    public static func list() throws(NamespaceError) -> [String] {
        guard let stream = opendir(directory) else {
            if errno == ENOENT { return [] }
            throw .system("read \(directory)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// A descriptor of the namespace, which the caller closes. While it is open the namespace lives on, even unnamed.
    static func open(_ name: String) throws(NamespaceError) -> Int32 {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else { throw .noSuchNamespace(name) }
        let descriptor = Glibc.open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        throw errno == ENOENT ? .noSuchNamespace(name) : .system("open \(directory)/\(name)")
    }
}
