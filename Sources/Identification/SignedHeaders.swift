import InstanceModel

/// Direct mode: the caller names the instance and signs its id (contract nova.md §2.2).
public struct SignedHeaders: Sendable {
    public let secrets: SharedSecrets

    public init(secrets: SharedSecrets) {
        self.secrets = secrets
    }

    /// Applies the contract's checks in its order: instance id, signature and tenant present, then the signature right.
    /// Nil stands for an absent header; an empty value is present. A text that is no UUID is no instance's id.
    ///
    /// - Parameter expected: the signature of an instance that is known already; nil has it computed.
    public func instanceID(
        instanceID: UnsafeRawBufferPointer?, signature: UnsafeRawBufferPointer?, tenantID: UnsafeRawBufferPointer?,
        expected: (InstanceID) -> ExpectedSignature? = { _ in nil }
    ) -> Result<InstanceID, Refusal> {
        guard let instanceID else { return .failure(.missingInstanceID) }
        guard let signature else { return .failure(.missingSignature) }
        guard tenantID != nil else { return .failure(.missingTenantID) }
        let id = InstanceID(text: instanceID)
        // The signature is over the text: another spelling of a known id fails here and is computed.
        if let id, let expected = expected(id), expected.matches(signature) { return .success(id) }
        guard secrets.accept(signature: signature, of: instanceID) else { return .failure(.wrongSignature) }
        return id.map { .success($0) } ?? .failure(.unknownInstance)
    }
}
