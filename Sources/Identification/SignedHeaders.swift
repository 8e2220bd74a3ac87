import InstanceModel

/// Direct mode: the caller names the instance and signs its id (contract nova.md §2.2).
public struct SignedHeaders: Sendable {
    public let secrets: SharedSecrets

    public init(secrets: SharedSecrets) {
        self.secrets = secrets
    }

    /// Applies the contract's checks in its order: instance id, signature and tenant present, then the signature right.
    /// Nil stands for an absent header; an empty value is present. A text that is no UUID is no instance's id.
    public func instanceID(
        instanceID: UnsafeRawBufferPointer?, signature: UnsafeRawBufferPointer?, tenantID: UnsafeRawBufferPointer?
    ) -> Result<InstanceID, Refusal> {
        guard let instanceID else { return .failure(.missingInstanceID) }
        guard let signature else { return .failure(.missingSignature) }
        guard tenantID != nil else { return .failure(.missingTenantID) }
        guard secrets.accept(signature: signature, of: instanceID) else { return .failure(.wrongSignature) }
        guard let id = InstanceID(text: instanceID) else { return .failure(.unknownInstance) }
        return .success(id)
    }
}
