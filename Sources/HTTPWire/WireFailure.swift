/// A request that the wire answers itself, because the responder was not asked or could not answer.
///
/// A role turns it into its own page in ``Responder/page(for:)``.
public struct WireFailure: Error, Sendable {
    public let status: Status
    /// What was expected and what was found. Holds nothing the client sent and nothing secret: it may be printed.
    public let explanation: String
    /// Why an answer that was promised for later failed; nil for everything the client caused. For the log only.
    public let cause: (any Error)?

    init(_ status: Status, _ explanation: String, cause: (any Error)? = nil) {
        self.status = status
        self.explanation = explanation
        self.cause = cause
    }

    static func malformed(_ explanation: String) -> WireFailure {
        WireFailure(.badRequest, explanation)
    }

    static let stalledRequest = WireFailure(.requestTimeout, "The request was not complete in time.")
    static let overloaded = WireFailure(.serviceUnavailable, "All connections are in use; try again in a second.")

    static func failedAnswer(_ cause: any Error) -> WireFailure {
        WireFailure(
            .internalServerError, "An unknown error has occurred. Please try your request again.", cause: cause)
    }

    static let incompleteAnswer = WireFailure(
        .internalServerError, "An unknown error has occurred. Please try your request again.")
}
