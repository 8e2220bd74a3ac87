import Foundation
import OsloConfig

/// The UNIX socket of Neutron's metadata agent, and who may connect to it (contract neutron.md §3.1).
///
/// Connecting needs write permission. Where the mode alone would keep `metadata_proxy_user` out, the socket is given to
/// that user, or to `metadata_proxy_group`.
struct AgentSocket: Equatable {
    enum Mode: String, CaseIterable, Sendable { case deduce, user, group, all }

    var path: String
    /// 0644, 0664 or 0666.
    var permissions: mode_t
    /// Nil: ours.
    var owner: uid_t?
    var group: gid_t?

    /// - Parameters:
    ///   - mode: as configured; `deduce` takes the narrowest that lets the haproxies in.
    ///   - user: that the haproxies run as; nil: as we do.
    ///   - group: the same.
    init(path: String, mode: Mode, user: uid_t?, group: gid_t?, effective: (user: uid_t, group: gid_t)) {
        self.path = path
        let ownUser = user.map { $0 == 0 || $0 == effective.user } ?? true
        let ownGroup = group.map { $0 == effective.group } ?? true
        switch mode {
        case .user: permissions = 0o644
        case .group: permissions = 0o664
        case .all: permissions = 0o666
        case .deduce: permissions = ownUser ? 0o644 : ownGroup ? 0o664 : 0o666
        }
        if permissions == 0o644, !ownUser { owner = user }
        if permissions == 0o664, !ownGroup { self.group = group }
    }

    /// As the options of `metadata_agent.ini` say.
    /// - Parameter path: instead of `metadata_proxy_socket`.
    init(path: String?, _ configuration: inout Configuration) {
        let user = Self.id(Options.metadataProxyUser, "a user", &configuration) { getpwnam($0)?.pointee.pw_uid }
        let group = Self.id(Options.metadataProxyGroup, "a group", &configuration) { getgrnam($0)?.pointee.gr_gid }
        self.init(
            path: path ?? configuration.value(Options.metadataProxySocket),
            mode: configuration.value(Options.metadataProxySocketMode), user: user, group: group,
            effective: (geteuid(), getegid()))
    }

    private static func id(
        _ option: ConfigOption<String>, _ what: String, _ configuration: inout Configuration,
        _ find: (String) -> UInt32?
    ) -> UInt32? {
        let text = configuration.value(option)
        guard !text.isEmpty else { return nil }
        let id = UInt32(text) ?? find(text)
        if id == nil { configuration.reject(option, expected: "\(what) of this system, by name or number") }
        return id
    }
}
