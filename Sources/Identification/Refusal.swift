/// Why a request is not answered (contract nova.md §2.2–§2.4, neutron.md §0 rule 5, §3.2). What its sender is told is the
/// answer's concern.
public enum Refusal: Error, Hashable, Sendable {
    case missingInstanceID
    case missingSignature
    case missingTenantID
    case wrongSignature
    /// No instance has the signed id.
    case unknownInstance
    /// The instance belongs to another project than the signed request says.
    case wrongTenant
    case missingForwardedFor
    /// No subnet belongs to the load balancer's provider id.
    case noSubnets(provider: String)
    /// Not exactly one port of the provider's networks has the address.
    case portCount(provider: String, address: String, found: Int)
    /// A request of a Neutron haproxy names neither a network nor a router.
    case missingScope
    /// It names both, as the values of its headers.
    case severalScopes(network: String, router: String)
    /// No port has the source address where the connection came in.
    case noPort
    /// Several ports have it: choosing one could hand out a stranger's data.
    case severalPorts(found: Int)
    /// The source address is one port's and the Ethernet source another's: one of them is forged.
    case contradiction
    /// Address mode: several instances have the address, and nothing tells them apart.
    case ambiguousAddress(found: Int)
    /// The guest has asked more often than its limit allows.
    case tooManyRequests

    /// The reason without its particulars, to count by.
    public enum Kind: Int, CaseIterable, Sendable {
        case missingInstanceID, missingSignature, missingTenantID, wrongSignature, unknownInstance, wrongTenant
        case missingForwardedFor, noSubnets, portCount, missingScope, severalScopes, noPort, severalPorts, contradiction
        case ambiguousAddress, tooManyRequests
    }

    public var kind: Kind {
        switch self {
        case .missingInstanceID: .missingInstanceID
        case .missingSignature: .missingSignature
        case .missingTenantID: .missingTenantID
        case .wrongSignature: .wrongSignature
        case .unknownInstance: .unknownInstance
        case .wrongTenant: .wrongTenant
        case .missingForwardedFor: .missingForwardedFor
        case .noSubnets: .noSubnets
        case .portCount: .portCount
        case .missingScope: .missingScope
        case .severalScopes: .severalScopes
        case .noPort: .noPort
        case .severalPorts: .severalPorts
        case .contradiction: .contradiction
        case .ambiguousAddress: .ambiguousAddress
        case .tooManyRequests: .tooManyRequests
        }
    }

    /// For the log and the trace: what a 404 does not tell.
    public var reason: String {
        switch self {
        case .missingInstanceID: "there is no X-Instance-ID header"
        case .missingSignature: "there is no X-Instance-ID-Signature header"
        case .missingTenantID: "there is no X-Tenant-ID header"
        case .wrongSignature: "the signature was not made with a shared secret of ours"
        case .unknownInstance: "no instance has this id"
        case .wrongTenant: "the instance belongs to another project than X-Tenant-ID says"
        case .missingForwardedFor: "there is no X-Forwarded-For header"
        case .missingScope: "there is no X-Neutron-Network-ID, X-Neutron-Router-ID or X-OVN-Network-ID header"
        case .severalScopes(let network, let router):
            "both X-Neutron-Network-ID \(network) and X-Neutron-Router-ID \(router) are there"
        case .noSubnets(let provider): "no network belongs to the provider \(provider)"
        case .portCount(let provider, let address, let found):
            "\(found) ports of the provider \(provider) have the address \(address); one was expected"
        case .noPort: "no port has this address here"
        case .severalPorts(let found): "\(found) ports have this address here; one was expected"
        case .contradiction: "source address and Ethernet source belong to different ports"
        case .ambiguousAddress(let found): "\(found) instances have this address; one was expected"
        case .tooManyRequests: "it has asked more often than its limit allows"
        }
    }
}
