import Identification
import MetadataDocuments

/// An instance that has been asked for: what it gets, and what shows that a caller may ask for it.
public struct KnownInstance: Sendable {
    public let documents: InstanceDocuments
    public let signature: ExpectedSignature
}
