import CLinux
import Glibc

/// What the process may do besides serving.
public enum Privileges {
    /// Becomes another user, for good and on every thread; whatever capabilities there were are gone.
    /// - Throws: ``SystemError``
    public static func become(_ account: Account) throws {
        guard clinux_become_user(account.user, account.group) == 0 else {
            throw SystemError("become the user \(account.name)")
        }
    }

    /// No further privileges, no other programs, and no system call that serving does not need, on every thread.
    /// - Throws: ``SystemError`` where the kernel has no filters for system calls.
    public static func restrictSystemCalls() throws {
        guard clinux_restrict_system_calls() == 0 else { throw SystemError("restrict system calls") }
    }
}
