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
    func answer(_ asking: Asking, _ caller: Identified, _ loop: LoopContext) -> Outcome {
        switch (self, caller) {
        case (.documents(let answer), .instance(let documents)): answer.answer(asking, documents, loop)
        // The store has no such instance.
        case (.documents, .name): .reply(ErrorAnswer.notFound(asking))
        case (.upstream(let answer), _): .later(answer.answer(asking, caller.identity, loop))
        }
    }

    /// Whether it takes an instance's documents to answer; its name alone is enough otherwise.
    var needsDocuments: Bool {
        if case .documents = self { true } else { false }
    }

    /// Whether a request's body may be of any size: then it is not kept here.
    var takesLargeBodies: Bool {
        if case .upstream = self { true } else { false }
    }

    /// Whether anybody gets an answer, known or not: our own list of versions.
    func isOpen(_ route: Route) -> Bool {
        if case .documents = self { route == .root } else { false }
    }

    /// Whether the requester's address is part of the answer.
    func needsRequester(_ route: Route) -> Bool {
        switch self {
        case .documents: route == .ec2(.localIPv4)
        case .upstream: true
        }
    }
}
