import Identification
import InstanceModel

/// Where the ports of a host's networks come from: Neutron's API, or another place that knows them.
public protocol PortSource: Sendable {
    /// The networks that each router has an interface on; none for a router that has none. Never asked for no router,
    /// nor for more than 100.
    func networks(of routers: [RouterID]) async throws -> [RouterID: [NetworkID]]

    /// All ports of these networks. Never asked for none.
    func ports(of networks: [NetworkID]) async throws -> [DirectoryPort]

    /// The ports of these networks that were made or changed after `time`, seconds since 1970. Deleted ports do not show.
    func changes(of networks: [NetworkID], since time: Int) async throws -> [DirectoryPort]
}
