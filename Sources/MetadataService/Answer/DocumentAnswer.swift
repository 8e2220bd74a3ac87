import HTTPWire
import InstanceStore
import MetadataDocuments
import NIOCore

/// Answers from the instance's own documents.
public struct DocumentAnswer: Sendable {
    let vendorData: VendorData

    public init(vendorData: VendorData) {
        self.vendorData = vendorData
    }

    func answer(_ asking: Asking, _ documents: InstanceDocuments, _ loop: LoopContext) -> Outcome {
        guard documents.canShow(asking.route) else { return .reply(ErrorAnswer.unknownError(asking)) }
        switch asking.route {
        case .password where asking.method != .get:
            return PasswordAnswer(documents: documents, loop: loop).answer(asking)
        case .vendorData:
            return withStaticVendorData(asking) { reply(asking, documents, loop, $0) }
        case .vendorData2:
            return withStaticVendorData(asking) { vendorData2(asking, documents, loop, $0) }
        case .ec2(.securityGroups) where !documents.holdsSecurityGroups:
            return SecurityGroupsAnswer(instance: documents.instanceID, loop: loop).answer(asking)
        default:
            return reply(asking, documents, loop, .empty)
        }
    }

    private func reply(
        _ asking: Asking, _ documents: InstanceDocuments, _ loop: LoopContext, _ vendorData: StaticVendorData
    ) -> Outcome {
        let context = DocumentContext(
            requesterAddress: asking.requester, randomSeed: loop.seed, staticVendorData: vendorData, today: loop.today)
        return .reply(documents.reply(to: asking.route, context: context) ?? ErrorAnswer.notFound(asking))
    }

    /// A bad vendor data file costs the documents that show it, nothing else.
    private func withStaticVendorData(_ asking: Asking, _ use: (StaticVendorData) -> Outcome) -> Outcome {
        switch vendorData.staticDocument {
        case .success(let document): use(document)
        case .failure: .reply(ErrorAnswer.unknownError(asking))
        }
    }

    private func vendorData2(
        _ asking: Asking, _ documents: InstanceDocuments, _ loop: LoopContext, _ document: StaticVendorData
    ) -> Outcome {
        guard let targets = vendorData.targets, let question = documents.vendorDataRequest else {
            return reply(asking, documents, loop, document)
        }
        let kept = asking.kept()
        let providers = vendorData.providers
        return loop.later(kept) {
            guard let dynamic = await targets.documents(sending: question) else {
                return Response(kept.withAsking(ErrorAnswer.unknownError))
            }
            let body = VendorData2.body(providers: providers, static: document.vendorData, dynamic: dynamic)
            return Response(.ok, contentType: "application/json", body: ByteBuffer(bytes: body))
        }
    }
}
