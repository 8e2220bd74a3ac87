/// Why something could not be looked at.
public struct LookFailure: Error, Sendable, Equatable {
    /// Fits after “could not run:”.
    public var reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}
