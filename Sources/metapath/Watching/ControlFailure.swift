import Foundation

/// Why nobody can be asked at a control socket, for the person at the terminal.
struct ControlFailure: CustomStringConvertible {
    var path: String
    /// An `errno` value.
    var code: Int32

    var description: String {
        switch code {
        case ENOENT:
            """
            Expected the control socket of a running metapath up, serve or proxy at \(path), found nothing there. A daemon \
            that is not root's opens one only where [metapath] control_socket or --control-socket says so; the latter also \
            tells this command where.
            """
        case ECONNREFUSED:
            "Expected a running metapath up, serve or proxy behind \(path), found the socket of one that has ended. Start it."
        case EACCES, EPERM:
            "\(path) may be opened by root\(group.map { " and the group \($0)" } ?? "") only. Run this as root\(advice)."
        default: "Cannot connect to \(path): \(String(cString: strerror(code)))."
        }
    }

    private var advice: String {
        guard let group else { return "" }
        return ", or join the group: usermod --append --groups \(group) USER, and log in anew"
    }

    /// Whose the socket is besides root's; nil where that cannot be seen.
    private var group: String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_gid != 0 else { return nil }
        return getgrgid(status.st_gid).map { String(cString: $0.pointee.gr_name) } ?? "\(status.st_gid)"
    }
}
