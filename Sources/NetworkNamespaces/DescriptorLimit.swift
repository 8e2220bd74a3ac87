import Glibc

/// How many descriptors the process may have open, and, where it has no privileges, under way to other processes.
public enum DescriptorLimit {
    /// Raises the limit as far as the system lets the process: a namespace takes two or three descriptors, and service
    /// managers begin with a limit of 1024 for the sake of programs that use select(2). Who may raises it beyond what
    /// the process was started with, up to `fs.nr_open`.
    public static func raise() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        if let most = contents(ofFile: "/proc/sys/fs/nr_open").flatMap({ rlim_t($0.prefix { $0 != "\n" }) }),
            most > limit.rlim_max
        {
            var highest = rlimit(rlim_cur: most, rlim_max: most)
            if setrlimit(resource, &highest) == 0 { return }
        }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
