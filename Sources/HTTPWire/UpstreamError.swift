/// Why an upstream service gave no response.
public enum UpstreamError: Error, Equatable, Sendable {
    /// No connection could be made.
    case unreachable(String)
    /// There was no complete response in time.
    case timedOut
    /// What came is not a complete HTTP/1.x response that can be passed on.
    case badResponse(String)
    /// Too many requests wait for a connection already.
    case overloaded
    /// The request's method or target cannot be sent as it is.
    case invalidRequest
    /// The request's body did not come to its end: its client has gone, has stopped, or has sent nonsense.
    case requestIncomplete
}

extension UpstreamError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable(let reason): "the upstream service cannot be reached: \(reason)"
        case .timedOut: "the upstream service did not answer in time"
        case .badResponse(let reason): "the upstream service's response is not usable: \(reason)"
        case .overloaded: "too many requests wait for the upstream service"
        case .invalidRequest: "the request's method or target has octets that HTTP does not allow there"
        case .requestIncomplete: "the client did not send its request to the end"
        }
    }
}
