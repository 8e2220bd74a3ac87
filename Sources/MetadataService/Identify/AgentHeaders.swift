import HTTPWire
import Identification
import InstanceModel
import InstanceStore

/// What a haproxy of Neutron's says of a guest: the network or router it serves, and the guest's address
/// (contract neutron.md §2).
///
/// The haproxy writes its own fields behind those that it lets through, so the last scope field and the last
/// `X-Forwarded-For` address are its own, whatever the guest has sent. Names are compared exactly: `X_Neutron_Router_ID`
/// is another field.
struct AgentHeaders {
    private enum Kind { case network, router, ovn }

    /// The haproxy's own field.
    private var last: (kind: Kind, value: Substring)?
    private var network: Substring?
    private var router: Substring?
    /// Nil: none that can be read.
    private var client: IPAddress?

    init(_ request: borrowing Request) {
        request.forEachHeader { name, value in
            if HeaderName.forwardedFor.matches(name) { client = IPAddress(Self.lastElement(value)) }
            guard let kind = Self.kind(name) else { return }
            let scope = Self.lastElement(value)
            last = (kind, scope)
            if kind == .network { network = scope }
            if kind == .router { router = scope }
        }
    }

    /// Where the guest is, or why that cannot be told.
    var origin: Result<PortKey, Refusal> {
        guard let last else { return .failure(.missingScope) }
        // A haproxy of today removes the other field: this one has let through what the guest sent, and either may be it.
        if last.kind != .ovn, let network, let router {
            return .failure(.severalScopes(network: String(network), router: String(router)))
        }
        guard let client else { return .failure(.missingForwardedFor) }
        guard let scope = Self.scope(last.kind, last.value) else { return .failure(.noPort) }
        return .success(PortKey(scope: scope, address: client))
    }

    private static func scope(_ kind: Kind, _ id: Substring) -> Scope? {
        switch kind {
        case .router: RouterID(id).map(Scope.router)
        case .network, .ovn: NetworkID(id).map(Scope.network)
        }
    }

    private static func kind(_ name: UnsafeRawBufferPointer) -> Kind? {
        if HeaderName.neutronNetworkID.matches(name) { return .network }
        if HeaderName.neutronRouterID.matches(name) { return .router }
        return HeaderName.ovnNetworkID.matches(name) ? .ovn : nil
    }

    /// Of a list, without the blanks around it.
    private static func lastElement(_ value: UnsafeRawBufferPointer) -> Substring {
        let text = String(decoding: value, as: UTF8.self)
        var element = text[...]
        if let comma = element.lastIndex(of: ",") { element = element[element.index(after: comma)...] }
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        element = element.drop(while: isBlank)
        while let last = element.last, isBlank(last) { element.removeLast() }
        return element
    }
}
