import NetworkNamespaces
import ProcessSeparation

/// A namespace with listeners in it.
struct HeldNamespace: Sendable {
    var assignment: NamespaceAssignment
    /// Of the namespace that the listeners are in.
    var identity: NamespaceIdentity
    /// By the index of the device that they are on; 0 for the one that is on every device.
    var listeners: [UInt32: ListenerID]
    var events: NamespaceEvents?

    /// The name still stands for this namespace.
    var isCurrent: Bool { NetworkNamespace.identity(of: assignment.namespace) == identity }

    /// On which a link-local address is served.
    var devices: Set<UInt32> { Set(listeners.keys).subtracting([0]) }
}
