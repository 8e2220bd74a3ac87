import HTTPWire
import Identification
import InstanceStore
import MetadataDocuments

/// Answers that are error pages, in the form that the request's `Accept` asks for (contract nova.md §2.5).
enum ErrorAnswer {
    private static let unavailable = "The metadata is not available at the moment. Please try your request again."

    static func page(_ refusal: Refusal, _ asking: Asking) -> Reply {
        page(refusal.page.status, refusal.page.explanation, asking)
    }

    static func notFound(_ asking: Asking) -> Reply {
        page(.unknownInstance, asking)
    }

    /// OPTIONS never shows an error: Nova's CORS layer turns it into an empty 200 (contract nova.md §1.2).
    static func page(_ status: Int, _ explanation: String, _ asking: Asking) -> Reply {
        guard asking.method != .options else { return .optionsInsteadOfError }
        return page(status, explanation, accept: asking.accept, isHead: asking.method == .head)
    }

    /// What is missing here may be back in a second; cloud-init waits and tries again when a 503 says so.
    static func unavailable(_ asking: Asking) -> Response {
        Response(page(503, unavailable, asking), retryAfter: asking.method == .options ? nil : 1)
    }

    /// For a guest beyond our own limit. In one form, whatever is asked for, so that it can be prepared.
    static func tooManyRequests(retryAfter seconds: Int) -> Response {
        let (status, explanation) = Refusal.tooManyRequests.page
        return Response(page(status, explanation, accept: .absent, isHead: false), retryAfter: seconds)
    }

    /// What a store failed with: damage stays, everything else may be over in a second.
    static func page(for error: any Error, _ asking: Asking) -> Response {
        (error as? StoreError)?.kind == .damaged ? Response(unknownError(asking)) : unavailable(asking)
    }

    static func unknownError(_ asking: Asking) -> Reply {
        page(500, ErrorPage.Explanation.unknownError, asking)
    }

    /// The page for a request that never became one.
    static func page(for failure: WireFailure) -> Response {
        let reply = page(failure.status.code, failure.explanation, accept: .absent, isHead: false)
        return Response(reply, retryAfter: failure.status == .serviceUnavailable ? 1 : nil)
    }

    private static func page(_ status: Int, _ explanation: String, accept: HeaderValue, isHead: Bool) -> Reply {
        accept.withBytes { ErrorPage.reply(status: status, explanation: explanation, accept: $0, isHead: isHead) }
            ?? ErrorPage.reply(status: status, explanation: explanation, accept: nil, isHead: isHead)
    }
}
