import Glibc

/// Which namespace a name stands for now: a name that is deleted and made again gets another identity.
public struct NamespaceIdentity: Hashable, Sendable {
    private var device: UInt64
    private var inode: UInt64

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Of any file; nil when there is none.
    public init?(file path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of an open file; nil when the descriptor is none.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// `ip netns add` makes an ordinary file first and mounts the namespace on it then.
    var isNamespace: Bool { device == Self.home?.device }

    private static let home = NamespaceIdentity(file: "/proc/self/ns/net")
}

extension NetworkNamespace {
    /// The namespace that has the name now; nil when there is no such name, or no namespace behind it yet.
    public static func identity(of name: String) -> NamespaceIdentity? {
        guard let identity = NamespaceIdentity(file: "\(directory)/\(name)"), identity.isNamespace else { return nil }
        return identity
    }
}
