import HTTPWire
import InstanceStore
import MetadataDocuments

/// `password` with any method but GET (contract nova.md §7). A guest may set its password once.
struct PasswordAnswer {
    /// Octets of a password, as Nova stores it: four pieces of 255 characters.
    private static let limit = 1020

    let documents: InstanceDocuments
    let loop: LoopContext

    func answer(_ asking: Asking) -> Outcome {
        guard asking.method == .post else {
            return .reply(ErrorAnswer.page(400, ErrorPage.Explanation.passwordMethod, asking))
        }
        guard asking.hasContentLength else {
            return .reply(ErrorAnswer.page(400, "Content-Length header is missing from request.", asking))
        }
        guard !documents.hasPassword else { return .reply(Self.conflict(asking)) }
        guard asking.body.count <= Self.limit else {
            return .reply(ErrorAnswer.page(400, ErrorPage.Explanation.passwordTooLarge, asking))
        }
        guard let password = String(validating: asking.body, as: UTF8.self),
            password.unicodeScalars.allSatisfy({ $0.value <= 0xFFFF })
        else {
            // Nova's column holds the basic multilingual plane only, and it fails on anything else.
            return .reply(ErrorAnswer.page(400, "The password is not UTF-8 text of characters up to U+FFFF.", asking))
        }
        return store(password, asking.kept())
    }

    private func store(_ password: String, _ kept: KeptAsking) -> Outcome {
        let id = documents.instanceID
        let store = loop.directory.store
        return loop.later(kept) {
            let outcome = try await store.setPassword(password, of: id)
            return Response(
                kept.withAsking { asking in
                    switch outcome {
                    case .stored: .passwordStored
                    case .conflict: Self.conflict(asking)
                    case .noSuchInstance: ErrorAnswer.page(400, ErrorPage.Explanation.instanceGone("\(id)"), asking)
                    }
                })
        }
    }

    private static func conflict(_ asking: Asking) -> Reply {
        ErrorAnswer.page(409, ErrorPage.Explanation.passwordConflict, asking)
    }
}
