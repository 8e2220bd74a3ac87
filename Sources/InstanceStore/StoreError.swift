/// What a store could not do, and what to do about it. Safe to log; never shown to a guest.
public struct StoreError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The store cannot be reached or opened now; trying again may help.
        case unavailable
        /// The store answered, but what it holds cannot be read.
        case damaged
        /// The change was refused and nothing was written.
        case refused
    }

    public var kind: Kind
    /// Expected, found, where, remedy: in one or more sentences.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String { message }
}
