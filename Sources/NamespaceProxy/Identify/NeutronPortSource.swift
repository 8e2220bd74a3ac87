import Foundation
import Identification
import InstanceModel
import OpenStackAPI

/// Ports from Neutron's API (contract neutron.md §6).
public struct NeutronPortSource: PortSource {
    private static let fields: [NeutronPort.Field] = [
        .id, .networkID, .deviceID, .deviceOwner, .macAddress, .fixedIPs, .projectID, .allowedAddressPairs,
    ]
    /// How the owners of ports begin that are Neutron's own: of routers, DHCP servers and the like, never of guests.
    private static let ownPrefix = "network:"
    private static let interfaceOwners = [
        "network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed",
    ]

    private let neutron: Neutron

    public init(_ neutron: Neutron) {
        self.neutron = neutron
    }

    public func networks(of routers: [RouterID]) async throws -> [RouterID: [NetworkID]] {
        let interfaces = try await neutron.ports(
            PortFilter(deviceIDs: routers.map(\.description), deviceOwners: Self.interfaceOwners),
            fields: [.networkID, .deviceID])
        var networks: [RouterID: Set<NetworkID>] = [:]
        for interface in interfaces {
            guard let router = interface.deviceID.flatMap({ RouterID($0) }),
                let network = interface.networkID.flatMap({ NetworkID($0) })
            else { continue }
            networks[router, default: []].insert(network)
        }
        return networks.mapValues { $0.sorted() }
    }

    public func ports(of networks: [NetworkID]) async throws -> [DirectoryPort] {
        try await ports(PortFilter(networkIDs: networks.map(\.description)))
    }

    public func changes(of networks: [NetworkID], since time: Int) async throws -> [DirectoryPort] {
        try await ports(
            PortFilter(
                networkIDs: networks.map(\.description),
                changedSince: Date(timeIntervalSince1970: TimeInterval(time))))
    }

    private func ports(_ filter: PortFilter) async throws -> [DirectoryPort] {
        try await neutron.ports(filter, fields: Self.fields)
            .filter { $0.deviceOwner?.hasPrefix(Self.ownPrefix) != true }
            .compactMap(DirectoryPort.init)
    }
}

extension DirectoryPort {
    /// Nil for a port without an id or a network, which Neutron does not have.
    fileprivate init?(_ port: NeutronPort) {
        guard let id = port.id.flatMap({ PortID($0) }), let network = port.networkID.flatMap({ NetworkID($0) }) else {
            return nil
        }
        self.init(
            id: id, network: network, macAddress: port.macAddress.flatMap { MACAddress($0) },
            addresses: port.fixedIPs?.map(\.address) ?? [], allowedAddresses: port.allowedAddressPairs ?? [],
            deviceID: port.deviceID ?? "", projectID: port.projectID ?? "")
    }
}
