/// Why an OpenStack service gave no answer that can be used.
public struct OpenStackAPIError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// No connection came about, or it ended before the answer did; every retry is used up.
        case unreachable
        /// TLS failed: a certificate is not trusted, is for another name, or is wanted from us.
        case insecure
        /// The answer did not come in time.
        case timedOut
        /// The service answered with another status than asked for.
        /// - Parameter fault: the service's name for what is wrong, such as `PortNotFound`; nil where it gives none.
        case refused(status: Int, fault: String?)
        /// The answer is not what the API promises: no JSON, members missing, too large.
        case unreadable
        /// There is no address to ask: none in the catalogue that fits, or one that is no URL.
        case noEndpoint
    }

    public let kind: Kind
    /// What was asked, expected and found, and what to do about it. Free of secrets, in one line.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
