import Identification
import InstanceModel

/// Who knows the ports of the networks that this host serves.
public protocol PortFinder: Sendable {
    /// The port, as far as it is known at once: on the event loop.
    func port(in scope: Scope, address: IPAddress, mac: MACAddress?) -> Result<DirectoryPort, Refusal>

    /// The port, looked for and waited for, within bounds.
    /// - Throws: ``StoreError`` `unavailable` where nobody can say whether there is one.
    func awaitedPort(in scope: Scope, address: IPAddress, mac: MACAddress?) async throws -> Result<
        DirectoryPort, Refusal
    >
}

extension Identified {
    /// The instance that a port belongs to.
    static func owner(of port: DirectoryPort) -> Result<Identified, Refusal> {
        guard let id = port.instanceID else { return .failure(.unknownInstance) }
        return .success(.name(Identity(instanceID: id, projectID: Array(port.projectID.utf8))))
    }
}
