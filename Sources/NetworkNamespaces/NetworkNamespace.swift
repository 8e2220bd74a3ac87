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

    /// The TCP ports somebody listens on in the namespace, whichever process and address.
    ///
    /// As ss(8) tells them: unlike `/proc/net/tcp` it asks the kernel for listeners only, and does not walk through all
    /// connections of the machine.
    public static func listeningPorts(in namespace: String) throws(NamespaceError) -> Set<UInt16> {
        let result = try NamespaceCommand(["ss", "-Hltn"], in: namespace).run()
        guard result.status == 0 else {
            throw NamespaceError(
                .failed, "`ss -Hltn` in \(namespace) ended with status \(result.status): \(result.errors)")
        }
        return listeningPorts(listing: result.output)
    }

    /// The local address and port are in the fourth column.
    private static func listeningPorts(listing: String) -> Set<UInt16> {
        Set(
            listing.split(separator: "\n").compactMap { line in
                let columns = line.split(separator: " ")
                guard columns.count > 3 else { return nil }
                return columns[3].split(separator: ":").last.flatMap { UInt16($0) }
            })
    }

    /// A descriptor of the namespace, which the caller closes. While it is open the namespace lives on, even unnamed.
    static func open(_ name: String) throws(NamespaceError) -> Int32 {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else { throw .noSuchNamespace(name) }
        let descriptor = Glibc.open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        throw errno == ENOENT ? .noSuchNamespace(name) : .system("open \(directory)/\(name)")
    }
}
