import Identification
import InstanceModel
import InstanceStore
import Logging
import MetadataService

/// IDENTIFY, in namespaces: finds ports in the table that is kept in step with Neutron, and waits for those that are too
/// new to be in it.
public struct FollowedPorts: PortFinder {
    /// Between two looks for a port that is not there.
    private static let pause = Duration.milliseconds(500)

    private let table: PortTable
    private let follower: PortFollower
    private let patience: Duration
    private let logger: Logger

    /// - Parameter patience: for how long a port is waited for before it is a 404. Other guests are served meanwhile.
    public init(table: PortTable, follower: PortFollower, patience: Duration = .seconds(5), logger: Logger) {
        self.table = table
        self.follower = follower
        self.patience = patience
        self.logger = logger
    }

    public func port(in scope: Scope, address: IPAddress, mac: MACAddress?) -> Result<DirectoryPort, Refusal> {
        table.port(in: scope, address: address, mac: mac)
    }

    public func awaitedPort(
        in scope: Scope, address: IPAddress, mac: MACAddress?
    ) async throws -> Result<DirectoryPort, Refusal> {
        let end = ContinuousClock.now + patience
        while true {
            let failure = await refresh(scope)
            let found = table.port(in: scope, address: address, mac: mac)
            switch found {
            case .failure(.noPort) where ContinuousClock.now < end: try await Task.sleep(for: Self.pause)
            case .failure(.noPort):
                if let failure { throw StoreError(.unavailable, "ports of \(scope): \(failure)") }
                return found
            case .failure(.severalPorts):
                report(scope, address)
                return found
            default: return found
            }
        }
    }

    /// What reading the scope failed with.
    private func refresh(_ scope: Scope) async -> (any Error)? {
        do {
            try await follower.refresh(scope)
            return nil
        } catch {
            return error
        }
    }

    private func report(_ scope: Scope, _ address: IPAddress) {
        let candidates = table.read { $0.candidates(in: scope, address: address) }
        let names = candidates.map { "port \($0.id) of \($0.deviceID)" }.joined(separator: ", ")
        logger.warning("several ports have \(address) in \(scope): \(names); none is answered")
    }
}
