import Identification
import InstanceModel
import InstanceStore
import MetadataDocuments

/// What IDENTIFY finds at once: without waiting for anything.
enum Caller {
    case known(Identified)
    /// Nobody we answer.
    case refused(Refusal)
    /// The store must be asked.
    case unknown(Claim)
}

extension Caller {
    /// The same with the documents of a caller that is known by name.
    func withDocuments(_ directory: DocumentDirectory?) -> Caller {
        guard case .known(.name(let owner)) = self else { return self }
        guard let known = directory?.instance(owner.instanceID) else {
            return .unknown(.named(owner.instanceID, tenant: owner.projectID))
        }
        return known.documents.projectID == owner.projectID
            ? .known(.instance(known.documents)) : .refused(.wrongTenant)
    }
}

/// Who a caller claims to be, or where it is: what the store is asked when the directory has no answer.
enum Claim: Sendable {
    /// By a signature that was found in order, or by a port that is its own.
    case named(InstanceID, tenant: [UInt8])
    case origin(Origin)
    /// A port that is not known yet.
    case port(any PortFinder, PortKey, MACAddress?)
}

extension Claim {
    /// Asks the store.
    /// - Parameter afresh: the instance has to be read now, whatever is held of it.
    /// - Throws: ``StoreError``, when it cannot be asked.
    func settle(in directory: DocumentDirectory, afresh: Bool) async throws -> Result<Identified, Refusal> {
        switch self {
        case .named(let id, let tenant):
            guard let documents = try await directory.load(id, afresh: afresh) else {
                return .failure(.unknownInstance)
            }
            return documents.projectID == tenant ? .success(.instance(documents)) : .failure(.wrongTenant)
        case .origin(let origin):
            let found = try await directory.owners(at: origin)
            if found == nil, case .provider(let provider, _) = origin {
                return .failure(.noSubnets(provider: provider))
            }
            switch Self.owner(at: origin, among: found ?? []) {
            case .failure(let refusal): return .failure(refusal)
            case .success(let owner): return try await Self.load(owner, in: directory, afresh: afresh)
            }
        case .port(let ports, let key, let mac):
            return try await ports.awaitedPort(in: key.scope, address: key.address, mac: mac)
                .flatMap(Identified.owner(of:))
        }
    }

    private static func load(
        _ owner: PortOwner, in directory: DocumentDirectory, afresh: Bool
    ) async throws -> Result<Identified, Refusal> {
        guard let id = owner.instance, let documents = try await directory.load(id, afresh: afresh) else {
            return .failure(.unknownInstance)
        }
        guard let project = owner.projectID, !documents.projectID.elementsEqual(project.utf8) else {
            return .success(.instance(documents))
        }
        return .failure(.wrongTenant)
    }

    /// The one owner of the origin, or why there is none. Ports of one instance count as one, except behind a load
    /// balancer, where Nova expects a single port (contract nova.md §2.3 row 7, §2.4).
    private static func owner(at origin: Origin, among found: [PortOwner]) -> Result<PortOwner, Refusal> {
        let distinct = Set(found)
        switch origin {
        case .port:
            return PortMatch.instance(among: found.compactMap(\.instance)).map { PortOwner(instance: $0) }
        case .address:
            guard distinct.count < 2 else { return .failure(.ambiguousAddress(found: distinct.count)) }
        case .provider(let provider, let address):
            guard found.count == 1 else {
                return .failure(.portCount(provider: provider, address: address, found: found.count))
            }
        }
        return distinct.first.map { .success($0) } ?? .failure(.noPort)
    }
}
