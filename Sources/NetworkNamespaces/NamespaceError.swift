#if canImport(Glibc)
import Glibc
#endif

/// What could not be done in a network namespace: what was expected, what was found, and what to do.
public struct NamespaceError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The process lacks a capability.
        case notPermitted
        case noSuchNamespace
        /// Another socket has the address and port.
        case addressInUse
        /// A program that is needed is not installed.
        case toolMissing
        case failed
    }

    public var kind: Kind
    /// Complete sentences, fit for a log or a terminal.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension NamespaceError: CustomStringConvertible {
    public var description: String { message }
}

extension NamespaceError {
    /// `action` failed with `code`, an `errno` value.
    static func system(_ action: String, _ code: Int32 = errno) -> NamespaceError {
        let reason = String(cString: strerror(code))
        switch code {
        case EPERM, EACCES:
            return NamespaceError(
                .notPermitted,
                "Cannot \(action): \(reason). This needs CAP_SYS_ADMIN (to enter namespaces), CAP_NET_ADMIN and "
                    + "CAP_NET_BIND_SERVICE: run as root, or grant them to the service.")
        case EADDRINUSE:
            return NamespaceError(
                .addressInUse,
                "Cannot \(action): \(reason). Another program listens there; `ss -ltnp` in the namespace names it.")
        default:
            return NamespaceError(.failed, "Cannot \(action): \(reason).")
        }
    }

    static func noSuchNamespace(_ name: String) -> NamespaceError {
        NamespaceError(
            .noSuchNamespace,
            "There is no network namespace “\(name)” under \(NetworkNamespace.directory); `ip netns list` shows those "
                + "there are.")
    }
}
