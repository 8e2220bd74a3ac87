import HTTPWire
import InstanceModel
import InstanceStore
import MetadataDocuments

/// `security-groups` where the groups are kept by somebody else, such as Neutron: asked only when a guest wants them,
/// so that their absence costs nothing else. Never an empty list in place of an answer that could not be had.
struct SecurityGroupsAnswer {
    let instance: InstanceID
    let loop: LoopContext

    func answer(_ asking: Asking) -> Outcome {
        if let text = loop.directory.securityGroupText(of: instance) { return .reply(Reply(plainText: text)) }
        return loop.later(asking.kept()) { [directory = loop.directory, instance] in
            Response(Reply(plainText: try await directory.loadSecurityGroupText(of: instance)))
        }
    }
}
