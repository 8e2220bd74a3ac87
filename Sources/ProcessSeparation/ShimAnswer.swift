/// What `metapath proxy` tells a shim that has named its scope and handed over its sockets.
public enum ShimAnswer: String, Sendable {
    case served
    /// No sockets came, and the daemon has none of this scope.
    case unknown
}
