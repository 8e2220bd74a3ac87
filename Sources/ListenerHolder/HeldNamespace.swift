import InstanceModel
import NetworkNamespaces
import ProcessSeparation

/// A namespace with listeners in it, kept by its name. A host may have thousands.
struct HeldNamespace: Sendable {
    var scope: Scope
    /// Of the namespace that the listeners are in.
    var identity: NamespaceIdentity
    /// The one that is on every device.
    var everywhere: ListenerID?
    /// Those of a link-local address, by the index of the device that they are on.
    var onDevices: [UInt32: ListenerID]
    var events: NamespaceEvents?

    var listeners: [ListenerID] { (everywhere.map { [$0] } ?? []) + onDevices.values }

    /// The name still stands for this namespace.
    func isCurrent(as name: String) -> Bool { NetworkNamespace.identity(of: name) == identity }
}
