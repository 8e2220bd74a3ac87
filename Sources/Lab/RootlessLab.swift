import Foundation
import Glibc
import NetworkNamespaces

/// Runs a program as root of a user namespace of its own, where an ordinary user may make network namespaces. They, and
/// all files under `/run`, are seen by that program only and vanish with it.
public enum RootlessLab {
    /// Root: does nothing. Otherwise the program starts anew inside the user namespace, and this returns only by error.
    /// - Parameters:
    ///   - executable: the program's path.
    ///   - arguments: what it was called with, its own name not included.
    ///   - announce: told one line once the kernel is known to allow it.
    /// - Throws: ``LabError``: `notPermitted` where the kernel refuses, `unsupported` without unshare(1).
    public static func enterIfNeeded(
        executable: String, arguments: [String], announce: (String) -> Void
    ) throws(LabError) {
        guard geteuid() != 0 else { return }
        guard let unshare = Executable.path(of: "unshare") else { throw LabRequirements.missing("unshare") }
        guard Executable.path(of: "ip") != nil else { throw LabRequirements.missing("ip") }
        try probe()
        announce(
            "Not root (user \(geteuid())): the lab runs in an unprivileged user namespace, seen by this program only.")
        fflush(nil)
        let command = inside(["exec \"$0\" \"$@\""], [executable] + arguments)
        _ = withCStrings(command) { command in
            withCStrings(environment) { execve(unshare, command, $0) }
        }
        throw LabError(.commandFailed, "Cannot start \(unshare): \(String(cString: strerror(errno))).")
    }

    /// A shell command in the new namespaces, after `/run` has become a private one: `ip netns` keeps names there.
    private static func inside(_ steps: [String], _ arguments: [String]) -> [String] {
        let preparation = ["mount -t tmpfs -o mode=755 tmpfs /run", "ip link set lo up"]
        return ["unshare", "--user", "--map-root-user", "--net", "--mount", "--", "sh", "-c"]
            + [(preparation + steps).joined(separator: " && ")] + arguments
    }

    /// Tries everything the lab will need.
    private static func probe() throws(LabError) {
        var command = NamespaceCommand(inside(["ip netns add probe", "ip netns exec probe true"], []))
        command.environment = environment
        let result = try asLabError { () throws(NamespaceError) in try command.run() }
        guard result.status != 0 else { return }
        throw LabError(
            .notPermitted,
            "Not root (user \(geteuid())), and this kernel does not let an ordinary user have network namespaces: "
                + "\(result.errors.trimmingCharacters(in: .whitespacesAndNewlines))\n\(limits())\n"
                + "Use sudo, or have an administrator change the setting that refuses.")
    }

    /// The settings that usually refuse, with the value that would allow.
    private static func limits() -> String {
        let settings = [
            ("kernel.unprivileged_userns_clone", "1"), ("user.max_user_namespaces", "more than 0"),
            ("kernel.apparmor_restrict_unprivileged_userns", "0"),
        ]
        return settings.map { name, expected in
            let path = "/proc/sys/" + name.replacing(".", with: "/")
            let value = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "no such setting"
            return "  \(name): expected \(expected), found \(value.trimmingCharacters(in: .whitespacesAndNewlines))"
        }.joined(separator: "\n")
    }

    /// With the directories of administration tools in `PATH`, for the shell in between.
    private static var environment: [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return NamespaceCommand.ownEnvironment.filter { !$0.hasPrefix("PATH=") } + ["PATH=\(path):/usr/sbin:/sbin"]
    }
}
