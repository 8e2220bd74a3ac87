import Identification
import MetadataDocuments

extension Refusal {
    /// Status and explanation as Nova gives them (contract nova.md §2.2–§2.4), and Neutron's agent (neutron.md §3.2).
    var page: (status: Int, explanation: String) {
        switch self {
        case .missingInstanceID: (400, ErrorPage.Explanation.instanceIDMissing)
        case .missingSignature: (400, ErrorPage.Explanation.signatureMissing)
        case .missingTenantID: (400, ErrorPage.Explanation.projectIDMissing)
        case .wrongSignature: (403, ErrorPage.Explanation.signatureInvalid)
        case .missingForwardedFor: (400, ErrorPage.Explanation.forwardedForMissing)
        case .missingScope: (400, ErrorPage.Explanation.scopeMissing)
        case .severalScopes(let network, let router):
            (400, ErrorPage.Explanation.severalScopes(network: network, router: router))
        case .noSubnets(let provider): (400, ErrorPage.Explanation.noSubnets(provider: provider))
        case .portCount(let provider, let address, let found):
            (400, ErrorPage.Explanation.portCount(provider: provider, address: address, found: found))
        case .unknownInstance, .wrongTenant, .noPort, .severalPorts, .contradiction:
            (404, ErrorPage.Explanation.notFound)
        case .ambiguousAddress: (500, ErrorPage.Explanation.unknownError)
        case .tooManyRequests: (503, ErrorPage.Explanation.tooManyRequests)
        }
    }
}
