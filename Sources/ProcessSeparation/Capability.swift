/// Capabilities by their numbers, see capabilities(7).
public enum Capability: UInt64, Sendable {
    case overrideFilePermissions = 1
    case readAnyFile = 2
    case setGroup = 6
    case setUser = 7

    /// What a process needs that reads its settings as root and then becomes another user.
    public static let toBecomeAnother: Set<Capability> = [.overrideFilePermissions, .readAnyFile, .setGroup, .setUser]

    static func mask(_ capabilities: Set<Capability>) -> UInt64 {
        capabilities.reduce(0) { $0 | 1 << $1.rawValue }
    }
}
