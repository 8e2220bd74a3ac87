import Glibc

/// How many descriptors the process may have open.
public enum DescriptorLimit {
    /// Raises the limit as far as the system lets the process: a namespace takes two or three descriptors, and service
    /// managers begin with a limit of 1024 for the sake of programs that use select(2).
    public static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
