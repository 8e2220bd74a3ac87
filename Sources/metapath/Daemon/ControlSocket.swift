import Foundation
import ListenerHolder
import Logging
import OsloConfig
import ProcessSeparation

/// The UNIX socket by which requests can be watched, and who may open it.
struct ControlSocket: Equatable {
    static let defaultPath = "/run/metapath/control"
    /// Whose members may watch where nothing says otherwise, if there is such a group.
    private static let ownGroup = "metapath"
    private static let permissions: mode_t = 0o660

    var path: String
    /// Nil: ours.
    var group: gid_t?
    /// Somebody has asked for it: a failure is not passed over.
    var isTold: Bool

    /// Nil: requests cannot be watched.
    init?(_ option: ControlSocketOption, _ configuration: inout Configuration) {
        let group = Self.group(&configuration)
        isTold = option.isTold(configuration)
        guard isTold || geteuid() == 0, let path = option.path(&configuration) else { return nil }
        self.path = path
        self.group = group
    }

    private static func group(_ configuration: inout Configuration) -> gid_t? {
        let name = configuration.value(Options.controlGroup)
        guard !name.isEmpty else {
            guard geteuid() == 0, let group = Account.group(ownGroup), Account.isMapped(group: group) else {
                return nil
            }
            return group
        }
        let group = Account.group(name)
        if group == nil {
            configuration.reject(Options.controlGroup, expected: "a group of this system, by name or number")
        }
        return group
    }

    /// Opens the socket.
    /// - Returns: nil where nobody has asked for it and it cannot be had, a daemon that is there already for instance.
    /// - Throws: `CommandError`
    func open(backlog: Int32, logger: Logger) throws -> Int32? {
        do {
            guard !isServed else { throw CommandError("Another daemon is there.") }
            try SocketDirectory.make(for: path)
            let descriptor = try ListeningSocket.unix(
                path: path, permissions: Self.permissions, group: group, backlog: backlog)
            logger.notice("listening", metadata: ["address": "unix:\(path)"])
            return descriptor
        } catch {
            let advice = "[metapath] control_socket or --control-socket names another path, or none."
            guard isTold else {
                logger.notice("requests cannot be watched at \(path): \(error) \(advice)")
                return nil
            }
            throw CommandError("Cannot open the control socket \(path): \(error) \(advice)")
        }
    }

    /// Somebody listens there.
    private var isServed: Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // EAGAIN: too many wait for it to connect.
        return (try? UnixAddress.with(path) { connect(descriptor, $0, $1) == 0 || errno == EAGAIN }) ?? false
    }
}
