import InstanceModel
import NetworkNamespaces

/// A namespace to serve, and the network or router that connections in it come from.
public struct NamespaceAssignment: Hashable, Sendable {
    public var namespace: String
    public var scope: Scope

    public init(namespace: String, scope: Scope) {
        self.namespace = namespace
        self.scope = scope
    }

    /// `NAME=router:UUID`, `NAME=network:UUID`, or a name that Neutron gives and that says what it serves. Nil for
    /// anything else.
    public init?(_ text: String) {
        if let known = Self(discovered: text) {
            self = known
            return
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Self.isName(parts[0]), let scope = Scope(parts[1]) else { return nil }
        self.init(namespace: parts[0], scope: scope)
    }

    /// A name under /run/netns, never a path out of it.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("\0")
    }
}

extension NamespaceAssignment: CustomStringConvertible {
    public var description: String { "\(namespace)=\(scope)" }
}

extension NamespaceAssignment {
    /// From the names that Neutron gives; nil for any other.
    init?(discovered name: String) {
        guard let kind = NamespaceKind(name: name), let scope = Scope(kind.scope) else { return nil }
        self.init(namespace: name, scope: scope)
    }

    /// What it is served as, whatever its name.
    public var kind: NamespaceKind {
        switch scope {
        case .router(let id): .router("\(id)")
        case .network(let id): .dhcp(network: "\(id)")
        }
    }

    /// A router's guests are redirected to a port; a network's reach the metadata addresses themselves.
    func listenAddresses(redirectPort: UInt16) -> [ListenAddress] {
        kind.listenAddresses(redirectPort: redirectPort)
    }

    /// What to open in the namespace, and which changes in it matter.
    func request(redirectPort: UInt16) -> NamespaceRequest {
        let addresses = listenAddresses(redirectPort: redirectPort)
        return NamespaceRequest(
            namespace: namespace, addresses: addresses,
            following: isRouter ? .redirect : addresses.contains(where: \.isPerDevice) ? .devices : nil)
    }

    /// A namespace of Neutron's L3 agent, whose devices the redirection knows by their names.
    var isRouter: Bool {
        if case .router = NamespaceKind(name: namespace) { true } else { false }
    }
}
