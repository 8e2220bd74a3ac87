import CLinux
import Dispatch
import Foundation

/// systemd, where it has started the process with `Type=notify` (sd_notify(3)). It is told how things stand, and keeps
/// descriptors with `FileDescriptorStoreMax=` while the process is away.
public final class ServiceManager: Sendable {
    private let socket: Int32
    private let queue = DispatchQueue(label: "metapath.service-manager")

    /// Nil where nobody wants to be told.
    public init?() {
        guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], path.hasPrefix("/") else { return nil }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard (try? UnixAddress.with(path) { connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        socket = descriptor
    }

    deinit {
        close(socket)
    }

    public func ready() {
        send("READY=1")
    }

    /// Has a box kept. One without a listening end counts as hung up, which must not end it.
    public func keep(_ box: DescriptorBox, named name: String) {
        send("FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", box)
    }

    public func forget(_ name: String) {
        send("FDSTOREREMOVE=1\nFDNAME=\(name)")
    }

    /// Returns at once; in the order of the calls.
    private func send(_ text: String, _ box: DescriptorBox? = nil) {
        queue.async { [self] in
            let bytes = Array(text.utf8)
            let descriptors = box.map { [$0.descriptor] } ?? []
            _ = clinux_send_message(socket, bytes, bytes.count, descriptors, Int32(descriptors.count))
        }
    }

    /// What was kept, and is no longer: whoever starts keeps it anew (sd_listen_fds(3)).
    static func keptDescriptors() -> [Int32] {
        let environment = ProcessInfo.processInfo.environment
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
        guard environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }),
            count > 0
        else { return [] }
        let manager = ServiceManager()
        for name in Set((environment["LISTEN_FDNAMES"] ?? "").split(separator: ":")) { manager?.forget(String(name)) }
        // Before anything is kept under the same name.
        manager?.queue.sync {}
        return Array(3..<3 + count)
    }
}
