import Foundation
import Identification
import NIOHTTP1

/// What a service says to `/`, which needs no signature, and to a signed request for an instance that nobody has.
///
/// To the latter 404 means that the signature was right, and 403 that it was not (contract nova.md §2.2 rows 6 and 8).
struct EndpointProbe: Sendable {
    var endpoint: MetadataEndpoint
    var plain: Result<MetadataAnswer, AskingFailure>
    /// Nil where there is no secret to sign with, or nobody to ask.
    var signed: Result<MetadataAnswer, AskingFailure>?
    /// Where it was not accepted.
    var certificate: PresentedCertificate?

    static func look(_ endpoint: MetadataEndpoint, secret: SecretText?) async -> EndpointProbe {
        let plain = await endpoint.ask("/")
        if case .failure(.certificate) = plain {
            return EndpointProbe(
                endpoint: endpoint, plain: plain, certificate: await PresentedCertificate.look(endpoint))
        }
        guard case .success = plain, let secret else { return EndpointProbe(endpoint: endpoint, plain: plain) }
        let headers = SignedHeaders.make(instance: UUID().uuidString.lowercased(), project: "doctor", secret)
        let signed = await endpoint.ask("/latest/meta-data/instance-id", headers: headers)
        return EndpointProbe(endpoint: endpoint, plain: plain, signed: signed)
    }

    var isRefused: Bool {
        if case .success(let answer)? = signed { answer.status == 403 } else { false }
    }

    /// Seconds for both.
    var took: Double? {
        [try? plain.get().took, try? signed?.get().took].compactMap(\.self).reduce(0, +)
    }
}

enum SignedHeaders {
    /// What Neutron's agent would send (contract neutron.md §3.5).
    static func make(instance: String, project: String, _ secret: SecretText, address: String? = nil) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "X-Instance-ID": instance, "X-Tenant-ID": project,
            "X-Instance-ID-Signature": SharedSecrets(current: secret.value).signature(of: instance),
        ]
        if let address { headers.add(name: "X-Forwarded-For", value: address) }
        return headers
    }
}
