/// Why a request has no instance, with the status and the text its sender gets.
///
/// Sources: contract nova.md §2.2–§2.4 and neutron.md §0 rule 5.
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
    /// No port has the source address where the connection came in.
    case noPort
    /// Several ports have it: choosing one could hand out a stranger's data.
    case severalPorts(found: Int)
    /// Address mode: several instances have the address, and nothing tells them apart.
    case ambiguousAddress(found: Int)

    public var status: Int {
        switch self {
        case .missingInstanceID, .missingSignature, .missingTenantID, .missingForwardedFor, .noSubnets, .portCount: 400
        case .wrongSignature: 403
        case .unknownInstance, .wrongTenant, .noPort, .severalPorts: 404
        case .ambiguousAddress: 500
        }
    }

    /// Nova's words, for the answer.
    public var explanation: String {
        switch self {
        case .missingInstanceID: "X-Instance-ID header is missing from request."
        case .missingSignature: "X-Instance-ID-Signature header is missing from request."
        case .missingTenantID: "X-Tenant-ID header is missing from request."
        case .wrongSignature: "Invalid proxy request signature."
        case .missingForwardedFor: "X-Forwarded-For is missing from request."
        case .noSubnets(let provider): "Could not find any subnets for provider \(provider)"
        case .portCount(let provider, let address, let found):
            "Expected a single port matching provider \(provider) and IP \(address). Found \(found)."
        case .unknownInstance, .wrongTenant, .noPort, .severalPorts: "The resource could not be found."
        case .ambiguousAddress: "An unknown error has occurred. Please try your request again."
        }
    }

    /// Our words, for the log and the trace: what a 404 does not tell.
    public var reason: String {
        switch self {
        case .unknownInstance: "no instance has this id"
        case .wrongTenant: "the instance belongs to another project than X-Tenant-ID says"
        case .noPort: "no port has this address here"
        case .severalPorts(let found): "\(found) ports have this address here; one was expected"
        case .ambiguousAddress(let found): "\(found) instances have this address; one was expected"
        default: explanation
        }
    }
}
