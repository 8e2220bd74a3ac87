import InstanceModel

/// Who is asking: all that another service has to be told to answer for it (contract neutron.md §3.5).
public struct Identity: Hashable, Sendable {
    public let instanceID: InstanceID
    /// As its owner keeps it: an OpenStack project's id, or any text.
    public let projectID: [UInt8]

    public init(instanceID: InstanceID, projectID: [UInt8]) {
        self.instanceID = instanceID
        self.projectID = projectID
    }
}
