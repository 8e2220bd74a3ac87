import HTTPWire
import Identification
import InstanceModel
import InstanceStore
import MetadataDocuments

/// IDENTIFY: which instance is asking?
///
/// | kind | used by | evidence |
/// |---|---|---|
/// | ``port(_:)`` | listeners inside namespaces | where the connection arrived and its source address; no header |
/// | ``proxyHeaders(_:signatureRequired:)`` | the service behind an agent or a load balancer | signed headers (contract nova.md §2.2, §2.3) |
/// | ``agentHeaders`` | the UNIX socket of Neutron's metadata agent | scope and address as a haproxy of Neutron's gives them (contract neutron.md §2, §3) |
/// | ``peerAddress(parsesForwarded:)`` | the service with `service_metadata_proxy` off | the peer's address alone (§2.4) |
public enum Identify: Sendable {
    case port(Scope)
    /// `signatureRequired` false: no secret is configured, so a load balancer's requests pass unsigned, as in Nova.
    case proxyHeaders(SharedSecrets, signatureRequired: Bool)
    /// Only for a socket that nobody but Neutron's haproxies can connect to: nothing is signed.
    case agentHeaders
    /// `parsesForwarded`: `[oslo_middleware] enable_proxy_headers_parsing` (§1.2).
    case peerAddress(parsesForwarded: Bool)
}

extension Identify {
    /// Where the guest behind the request is, or why that cannot be told. Nil at the service port, where no guests
    /// arrive.
    func guest(of request: borrowing Request, arrival: Arrival) -> Result<PortKey, Refusal>? {
        switch self {
        case .port(let scope):
            arrival.peer.map { .success(PortKey(scope: scope, address: $0)) } ?? .failure(.noPort)
        case .agentHeaders: AgentHeaders(request).origin
        case .proxyHeaders, .peerAddress: nil
        }
    }

    /// The answer as far as it can be had without waiting.
    /// - Parameters:
    ///   - guest: what ``guest(of:arrival:)`` has found.
    ///   - directory: nil while what it holds may be out of date: then the store is asked for every claim.
    ///   - ports: who knows ports better than the store does; nil for nobody.
    func caller(
        of request: borrowing Request, guest: Result<PortKey, Refusal>?, arrival: Arrival,
        directory: DocumentDirectory?, ports: (any PortFinder)?
    ) -> Caller {
        switch self {
        case .port, .agentHeaders:
            switch guest ?? .failure(.noPort) {
            case .success(let key): return Self.caller(at: key, mac: arrival.mac, directory, ports)
            case .failure(let refusal): return .refused(refusal)
            }
        case .proxyHeaders(let secrets, let signatureRequired):
            let provider = request.header(.metadataProvider)
            guard provider.hasContent else { return Self.signed(request, secrets, directory) }
            return Self.provider(provider, request, signatureRequired ? secrets : nil, directory)
        case .peerAddress(let parsesForwarded):
            guard let address = Self.client(of: request, arrival, parsesForwarded) else { return .refused(.noPort) }
            return Self.caller(at: .address(address), directory)
        }
    }

    /// The address that the documents and an upstream are told (contract nova.md §4.1, `local-ipv4`). Nil: none.
    func requester(
        of request: borrowing Request, guest: Result<PortKey, Refusal>?, arrival: Arrival
    ) -> [UInt8]? {
        switch self {
        case .port, .agentHeaders:
            guard case .success(let key) = guest else { return nil }
            return Array(key.address.description.utf8)
        case .peerAddress(parsesForwarded: false):
            return arrival.peer.map { Array($0.description.utf8) }
        case .peerAddress(parsesForwarded: true):
            let text = ForwardedHeader.client(of: request) ?? arrival.peer?.description
            return text.map { Array($0.utf8) }
        case .proxyHeaders:
            let forwardedFor = request.header(.forwardedFor).copy.map(Self.utf8(ofLatin1:))
            guard request.header(.metadataProvider).hasContent else { return forwardedFor }
            return forwardedFor.map { Array($0.prefix { $0 != UInt8(ascii: ",") }) }
        }
    }

    /// Nova reads header octets as Latin-1 and writes UTF-8.
    private static func utf8(ofLatin1 octets: [UInt8]) -> [UInt8] {
        guard octets.contains(where: { $0 >= 0x80 }) else { return octets }
        return Array(String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) })).utf8)
    }

    /// What is wrong at once stays wrong; a port that is not there may be in a moment.
    private static func caller(
        at key: PortKey, mac: MACAddress?, _ directory: DocumentDirectory?, _ ports: (any PortFinder)?
    ) -> Caller {
        guard let ports else { return caller(at: .port(key), directory) }
        switch ports.port(in: key.scope, address: key.address, mac: mac).flatMap(Identified.owner(of:)) {
        case .success(let owner): return .known(owner)
        case .failure(.contradiction): return .refused(.contradiction)
        case .failure: return .unknown(.port(ports, key, mac))
        }
    }

    private static func caller(at origin: Origin, _ directory: DocumentDirectory?) -> Caller {
        directory?.documents(at: origin).map { .known(.instance($0)) } ?? .unknown(.origin(origin))
    }

    private static func client(
        of request: borrowing Request, _ arrival: Arrival, _ parsesForwarded: Bool
    ) -> IPAddress? {
        guard parsesForwarded, let text = ForwardedHeader.client(of: request) else { return arrival.peer }
        return IPAddress(text)
    }

    /// Direct mode, contract nova.md §2.2.
    private static func signed(
        _ request: borrowing Request, _ secrets: SharedSecrets, _ directory: DocumentDirectory?
    ) -> Caller {
        let tenant = request.header(.tenantID)
        var known: KnownInstance?
        let identified = request.header(.instanceID).lent { instanceID in
            request.header(.instanceIDSignature).lent { signature in
                tenant.lent { tenantID in
                    SignedHeaders(secrets: secrets)
                        .instanceID(instanceID: instanceID, signature: signature, tenantID: tenantID) { id in
                            known = directory?.instance(id)
                            return known?.signature
                        }
                }
            }
        }
        switch identified {
        case .failure(let refusal): return .refused(refusal)
        case .success(let id):
            guard let known else { return .unknown(.named(id, tenant: tenant.copy ?? [])) }
            return tenant.equals(known.documents.projectID)
                ? .known(.instance(known.documents)) : .refused(.wrongTenant)
        }
    }

    /// A load balancer's request, contract nova.md §2.3. `secrets` nil: none configured, nothing to check.
    private static func provider(
        _ provider: HeaderValue, _ request: borrowing Request, _ secrets: SharedSecrets?,
        _ directory: DocumentDirectory?
    ) -> Caller {
        guard let forwardedFor = request.header(.forwardedFor).text else { return .refused(.missingForwardedFor) }
        if let secrets, !isSigned(provider, by: request.header(.metadataProviderSignature), secrets) {
            return .refused(.wrongSignature)
        }
        let address = forwardedFor.prefix { $0 != "," }
        return caller(at: .provider(provider.text ?? "", address: String(address)), directory)
    }

    private static func isSigned(_ value: HeaderValue, by signature: HeaderValue, _ secrets: SharedSecrets) -> Bool {
        value.withBytes { value in
            signature.withBytes { secrets.accept(signature: $0, of: value) } ?? false
        } ?? false
    }
}

extension HeaderValue {
    /// Lends the value's bytes, or nil for an absent field.
    @inline(__always)
    func lent<Result>(_ use: (UnsafeRawBufferPointer?) -> Result) -> Result {
        withBytes(use) ?? use(nil)
    }

    /// Exactly these bytes; false for an absent field.
    func equals(_ bytes: [UInt8]) -> Bool {
        withBytes { value in
            guard value.count == bytes.count else { return false }
            for index in 0..<value.count where value[index] != bytes[index] { return false }
            return true
        } ?? false
    }

    /// The value as text, damaged where it is not UTF-8; nil for an absent field.
    var text: String? {
        withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
