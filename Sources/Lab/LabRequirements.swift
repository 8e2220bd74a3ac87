import Glibc
import NetworkNamespaces

/// What has to be there before a lab can be built.
enum LabRequirements {
    /// - Throws: ``LabError``: `notPermitted` without root, `unsupported` without a program or without IPv6.
    static func check(programs: [String] = ["ip", "ss", "nft"]) throws(LabError) {
        guard geteuid() == 0 else {
            throw LabError(
                .notPermitted,
                "A lab that lasts needs root, found user \(geteuid()): the namespaces of an ordinary user vanish with "
                    + "the program that made them. Use sudo, or `metapath lab run`, which takes its lab down itself.")
        }
        for program in programs where Executable.path(of: program) == nil { throw missing(program) }
        guard access("/proc/net/if_inet6", F_OK) == 0 else {
            throw LabError(
                .unsupported, "The kernel has no IPv6, which the lab's instances use. Boot without ipv6.disable=1.")
        }
    }

    /// Those that a path needs besides.
    static func programs(of path: LabPath) -> [String] {
        switch path.kind {
        case .metapath: ["curl"]
        case .stock: ["curl", "haproxy", "iptables-restore", "ip6tables-restore"]
        }
    }

    static func missing(_ program: String) -> LabError {
        let packages = [
            "ip": "iproute2", "ss": "iproute2", "nft": "nftables", "unshare": "util-linux",
            "iptables-restore": "iptables", "ip6tables-restore": "iptables",
        ]
        let package = packages[program] ?? program
        return LabError(
            .unsupported,
            "The program “\(program)” is not installed. On Debian and Ubuntu: apt-get install \(package)")
    }
}

/// The environment a command in a guest's namespace gets: ours without proxy settings.
enum GuestEnvironment {
    static func variables() -> [String] {
        let proxies: Set = ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"]
        return NamespaceCommand.ownEnvironment.filter { variable in
            !proxies.contains(variable.prefix { $0 != "=" }.lowercased())
        }
    }

    /// With the directory of a program first in `PATH`, so that its name is enough, and those of administration tools.
    static func variables(with executable: String) -> [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let directory = executable.split(separator: "/").dropLast().joined(separator: "/")
        return variables().filter { !$0.hasPrefix("PATH=") } + ["PATH=/\(directory):\(path):/usr/sbin:/sbin"]
    }
}
