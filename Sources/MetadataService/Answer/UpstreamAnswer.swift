import HTTPWire
import Identification
import InstanceModel
import MetadataDocuments
import NIOCore

/// Answers with what another Nova-compatible service says about the instance: the request goes on with the contract's
/// four headers and none of the guest's (contract neutron.md §0 rules 3, 4 and 7), and the response comes back as it is,
/// whatever its status.
public struct UpstreamAnswer: Sendable {
    private let pool: UpstreamPool
    private let secrets: SharedSecrets

    public init(pool: UpstreamPool, secrets: SharedSecrets) {
        self.pool = pool
        self.secrets = secrets
    }

    func answer(_ asking: Asking, _ identity: Identity, _ loop: LoopContext) -> EventLoopFuture<Response> {
        let kept = asking.kept()
        return pool.client(on: loop.eventLoop)
            .send(
                method: asking.methodName, target: asking.target, fields: fields(asking, identity), body: asking.body,
                largeBody: asking.largeBody
            )
            .flatMapErrorThrowing { [reporter = loop.reporter] error in
                // A client that leaves in the middle of its request is nobody's failure.
                if error as? UpstreamError != .requestIncomplete { reporter.report(error) }
                return kept.withAsking(ErrorAnswer.unavailable)
            }
    }

    private func fields(_ asking: Asking, _ identity: Identity) -> HeaderFields {
        let id = identity.instanceID.description
        var fields = HeaderFields()
        if let requester = asking.requester { fields.append(Array("X-Forwarded-For".utf8), requester) }
        fields.append("X-Instance-ID", id)
        fields.append(Array("X-Tenant-ID".utf8), identity.projectID)
        fields.append("X-Instance-ID-Signature", secrets.signature(of: id))
        return fields
    }
}
