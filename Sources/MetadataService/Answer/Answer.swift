import HTTPWire
import MetadataDocuments
import NIOCore

/// ANSWER: what does the instance get?
///
/// | kind | bytes come from |
/// |---|---|
/// | ``documents(_:)`` | the instance's documents, rendered here |
/// | ``upstream(_:)`` | another Nova-compatible service, asked with signed headers |
public enum Answer: Sendable {
    case documents(DocumentAnswer)
    case upstream(UpstreamAnswer)
}

extension Answer {
    /// The answer to an identified request.
    func answer(_ asking: Asking, _ documents: InstanceDocuments, _ loop: LoopContext) -> Outcome {
        switch self {
        case .documents(let answer): answer.answer(asking, documents, loop)
        case .upstream(let answer): .later(answer.answer(asking, documents, loop))
        }
    }

    /// Whether the requester's address is part of the answer.
    func needsRequester(_ route: Route) -> Bool {
        switch self {
        case .documents: route == .ec2(.localIPv4)
        case .upstream: true
        }
    }
}
