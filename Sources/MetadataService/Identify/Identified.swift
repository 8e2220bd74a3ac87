import Identification
import InstanceModel
import MetadataDocuments

/// A caller who is known, and what is at hand of it.
enum Identified {
    /// With its documents, to be answered from them.
    case instance(InstanceDocuments)
    /// Its name alone, which is enough to ask somebody else.
    case name(Identity)

    var instanceID: InstanceID {
        switch self {
        case .instance(let documents): documents.instanceID
        case .name(let identity): identity.instanceID
        }
    }

    /// Nil also where only somebody else knows it.
    var instanceName: String? {
        if case .instance(let documents) = self { documents.name } else { nil }
    }

    var identity: Identity {
        switch self {
        case .instance(let documents):
            Identity(instanceID: documents.instanceID, projectID: documents.projectID)
        case .name(let identity): identity
        }
    }
}
