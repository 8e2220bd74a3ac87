import Foundation

/// What came back for one request.
struct MetadataAnswer: Sendable, Equatable {
    var status: Int
    var body: [UInt8]
    /// Seconds from the request to the last byte.
    var took: Double
    /// What the header of that name says; nil where it was not looked at.
    var date: Date?
}

/// Why nothing came back.
enum AskingFailure: Error, Sendable, Equatable {
    /// Nobody listens there, or the network does not lead there.
    case unreachable(String)
    /// The server's certificate was not accepted.
    case certificate(String)
    /// Seconds that were waited.
    case late(Double)
    /// The connection ended without an answer, or with something that is none.
    case broken(String)

    var text: String {
        switch self {
        case .unreachable(let reason), .certificate(let reason), .broken(let reason): reason
        case .late(let seconds): "no answer within \(Int(seconds)) s"
        }
    }
}

/// What came back for several requests, one after the other.
struct MetadataAnswers: Sendable {
    /// By path.
    var answers: [String: MetadataAnswer] = [:]
    /// The first request that got no answer, after which nothing was asked, and why; nil where all did.
    var failure: (path: String, reason: AskingFailure)?

    subscript(path: String) -> MetadataAnswer? { answers[path] }
}
