import Identification
import InstanceModel
import InstanceStore
import MetadataDocuments

/// What IDENTIFY finds at once: without waiting for anything.
enum Caller {
    /// The instance is known and its documents are at hand.
    case known(InstanceDocuments)
    /// Nobody we answer.
    case refused(Refusal)
    /// The store must be asked.
    case unknown(Claim)
}

/// Who a caller claims to be, or where it is: what the store is asked when the directory has no answer.
enum Claim: Sendable {
    /// Signed headers that were found in order.
    case signed(InstanceID, tenant: [UInt8])
    case port(PortKey)
    case address(IPAddress)
    case provider(String, address: String)
}

extension Claim {
    /// Asks the store.
    /// - Throws: ``StoreError``, when it cannot be asked.
    func settle(in directory: DocumentDirectory) async throws -> Result<InstanceDocuments, Refusal> {
        switch self {
        case .signed(let id, let tenant):
            guard let documents = try await directory.load(id) else { return .failure(.unknownInstance) }
            return documents.projectID == tenant ? .success(documents) : .failure(.wrongTenant)
        case .port(let key):
            return try await Self.load(PortMatch.instance(among: directory.owners(at: key)), directory)
        case .address(let address):
            let found = Set(try await directory.store.instances(withAddress: address))
            guard found.count < 2 else { return .failure(.ambiguousAddress(found: found.count)) }
            return try await Self.load(PortMatch.instance(among: Array(found)), directory)
        case .provider(let provider, let address):
            return try await Self.settle(provider: provider, address: address, directory)
        }
    }

    /// Contract nova.md §2.3, rows 5 and 7.
    private static func settle(
        provider: String, address: String, _ directory: DocumentDirectory
    ) async throws -> Result<InstanceDocuments, Refusal> {
        let networks = try await directory.store.networks(ofServiceProvider: provider)
        guard !networks.isEmpty else { return .failure(.noSubnets(provider: provider)) }
        var found: [InstanceID] = []
        if let ip = IPAddress(address) {
            for network in networks {
                found += try await directory.store.instances(at: PortKey(scope: .network(network), address: ip))
            }
        }
        guard found.count == 1 else {
            return .failure(.portCount(provider: provider, address: address, found: found.count))
        }
        return try await load(.success(found[0]), directory)
    }

    private static func load(
        _ match: Result<InstanceID, Refusal>, _ directory: DocumentDirectory
    ) async throws -> Result<InstanceDocuments, Refusal> {
        switch match {
        case .failure(let refusal): return .failure(refusal)
        case .success(let id): return try await directory.load(id).map { .success($0) } ?? .failure(.unknownInstance)
        }
    }
}
