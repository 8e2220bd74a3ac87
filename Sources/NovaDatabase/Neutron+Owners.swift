import InstanceModel
import InstanceStore
import OpenStackAPI

extension Neutron {
    /// In a router's scope the ports of all networks that it has an interface on.
    func owners(at key: PortKey) async throws -> [PortOwner] {
        let networks: [String] =
            switch key.scope {
            case .network(let id): ["\(id)"]
            case .router(let id): try await networkIDs(ofRouter: "\(id)")
            }
        let filter = PortFilter(networkIDs: networks, fixedIPAddress: "\(key.address)")
        return try await ports(filter, fields: [.deviceID]).compactMap(PortOwner.init(ofDevice:))
    }

    /// Contract nova.md §2.4: a port that belongs to nothing does not count.
    func owners(withAddress address: IPAddress) async throws -> [PortOwner] {
        try await ports(PortFilter(fixedIPAddress: "\(address)"), fields: [.deviceID])
            .compactMap(PortOwner.init(ofDevice:))
    }

    /// Contract nova.md §2.3: every port counts, and its project must be the instance's.
    func owners(ofServiceProvider provider: String, address: String) async throws -> [PortOwner]? {
        let networks = try await networkIDs(ofServiceProvider: provider)
        guard !networks.isEmpty else { return nil }
        let filter = PortFilter(networkIDs: networks, fixedIPAddress: address)
        return try await ports(filter, fields: [.deviceID, .projectID]).map { port in
            PortOwner(instance: port.deviceID.flatMap { InstanceID($0) }, projectID: port.projectID)
        }
    }

    private func networkIDs(ofRouter id: String) async throws -> [String] {
        Array(Set(try await ports(PortFilter(deviceIDs: [id]), fields: [.networkID]).compactMap(\.networkID)))
    }
}

extension PortOwner {
    /// Nil for a port that no device has.
    fileprivate init?(ofDevice port: NeutronPort) {
        guard let device = port.deviceID, !device.isEmpty else { return nil }
        self.init(instance: InstanceID(device))
    }
}
