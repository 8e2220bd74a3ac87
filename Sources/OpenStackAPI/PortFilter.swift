import Foundation

/// Which ports are asked for. Conditions of different kinds must all hold; of several values of one kind, any.
public struct PortFilter: Sendable, Equatable {
    /// Nil: in any network. Empty: in none, so that nothing is found and nothing is asked.
    public var networkIDs: [String]?
    /// One of the port's fixed IP addresses, IPv6 in the form that Neutron keeps (RFC 5952).
    public var fixedIPAddress: String?
    /// The instances, routers or other devices that the port belongs to; empty: of any. No more than fit into a URL.
    public var deviceIDs: [String]
    /// Such as `network:router_interface`; empty: of any kind.
    public var deviceOwners: [String]
    /// Ports made or changed since, to the second. Deletions do not show (extension `timestamp`).
    public var changedSince: Date?
    /// The ports of a page; nil: as the server decides. All pages are read either way.
    public var limit: Int?

    public init(
        networkIDs: [String]? = nil, fixedIPAddress: String? = nil, deviceIDs: [String] = [],
        deviceOwners: [String] = [], changedSince: Date? = nil, limit: Int? = nil
    ) {
        self.networkIDs = networkIDs
        self.fixedIPAddress = fixedIPAddress
        self.deviceIDs = deviceIDs
        self.deviceOwners = deviceOwners
        self.changedSince = changedSince
        self.limit = limit
    }

    /// As contract neutron.md §6 spells them, without the networks.
    var query: [URLQueryItem] {
        var items: [URLQueryItem] = []
        if let fixedIPAddress { items.append(.init(name: "fixed_ips", value: "ip_address=\(fixedIPAddress)")) }
        items += deviceIDs.map { .init(name: "device_id", value: $0) }
        items += deviceOwners.map { .init(name: "device_owner", value: $0) }
        if let changedSince {
            items.append(.init(name: "changed_since", value: changedSince.formatted(.iso8601)))
        }
        if let limit { items.append(.init(name: "limit", value: "\(limit)")) }
        return items
    }
}
