/// What a look at one of Nova's databases found.
public struct DatabaseFinding: Sendable {
    public enum State: Sendable {
        case usable(String)
        /// It can be read, but something will not work.
        case limited(String)
        case failed(String)
    }

    /// Such as `cell cell1`.
    public var name: String
    public var state: State
    public var took: Duration
}
