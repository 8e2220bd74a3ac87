import Foundation
import NIOCore

/// What this program asks Neutron: ports, the names of security groups, the subnets of a metadata provider.
///
/// Neutron shows an account only what it may see, without an error: the account needs the role admin, or service on
/// recent releases (contract neutron.md §6).
public struct Neutron: Sendable {
    /// Networks in one request (contract nova.md §2.3).
    private static let networkLimit = 160
    /// Security groups in one request (contract nova.md §10.4).
    private static let securityGroupLimit = 150

    private let service: OpenStackService

    /// - Parameters:
    ///   - endpoint: with or without `/v2.0` at its end.
    ///   - keystone: whose token is shown; nil for none, which needs an endpoint with an address of its own.
    ///   - serviceUser: whose token is shown besides, as `X-Service-Token` (`[service_user]`); nil for none.
    ///   - security: how https is spoken with Neutron.
    ///   - timeout: seconds from a request to the end of its answer, retries included.
    ///   - retries: how often a failed connection is tried again (`http_retries`).
    /// - Throws: where the certificate of `security` cannot be read.
    public init(
        endpoint: ServiceEndpoint = .catalogue(EndpointSelector(serviceType: "network")), keystone: Keystone?,
        serviceUser: Keystone? = nil, security: TransportSecurity = TransportSecurity(),
        timeout: Double = OpenStackService.defaultTimeout, retries: Int = OpenStackService.defaultRetries,
        eventLoopGroup: any EventLoopGroup
    ) throws {
        self.service = try OpenStackService(
            name: "Neutron", endpoint: endpoint, version: "/v2.0", keystone: keystone, serviceUser: serviceUser,
            security: security, timeout: timeout, retries: retries, eventLoopGroup: eventLoopGroup)
    }

    /// Ends the connections to Neutron and to Keystone.
    public func shutdown() async throws {
        try await service.shutdown()
    }

    /// Reaches Neutron with a token.
    /// - Returns: where it is and how that is known, in one line.
    /// - Throws: ``OpenStackAPIError``; `CancellationError`.
    public func check() async throws -> String {
        struct Answer: Decodable, Sendable {
            struct Port: Decodable, Sendable {}
            var ports: [Port]
        }
        _ = try await service.get(
            Answer.self, "ports",
            query: [URLQueryItem(name: "limit", value: "1"), URLQueryItem(name: "fields", value: "id")])
        let source =
            switch service.endpoint {
            case .address: "endpoint_override"
            case .catalogue(let wanted): "the catalogue's \(wanted)"
            }
        return "Neutron answers at \(URLText.shown(try await service.address())) (\(source))"
    }

    /// The ports that `filter` selects, in Neutron's order, networks in the order given.
    /// - Parameter fields: nil: all that Neutron shows.
    /// - Throws: ``OpenStackAPIError``; `CancellationError`.
    public func ports(_ filter: PortFilter, fields: [NeutronPort.Field]? = nil) async throws -> [NeutronPort] {
        let fields = (fields ?? []).flatMap(\.names).map { URLQueryItem(name: "fields", value: $0) }
        let query = filter.query
        guard let networks = filter.networkIDs else {
            return try await service.collection("ports", "ports", query: query + fields)
        }
        var found: [NeutronPort] = []
        for items in try await batches(of: networks, named: "network_id", Self.networkLimit, "ports", query + fields) {
            found += try await service.collection(of: NeutronPort.self, "ports", "ports", query: query + items + fields)
        }
        return found
    }

    /// The networks of the subnets that a load balancer's metadata provider serves, each once
    /// (contract nova.md §2.3).
    /// - Returns: empty where there is no such subnet.
    /// - Throws: ``OpenStackAPIError``; `CancellationError`.
    public func networkIDs(ofServiceProvider provider: String) async throws -> [String] {
        struct Subnet: Decodable, Sendable { var network_id: String }
        let subnets = try await service.collection(
            of: Subnet.self, "subnets", "subnets",
            query: [
                URLQueryItem(name: "advanced_service_providers", value: provider),
                URLQueryItem(name: "fields", value: "network_id"),
            ])
        var seen: Set<String> = []
        return subnets.map(\.network_id).filter { seen.insert($0).inserted }
    }

    /// The names of an instance's security groups (contract nova.md §4.5, §10.4): in the order of its ports and of
    /// each port's groups, once for each port. A group without a name goes by its id; one that Neutron does not show
    /// is left out.
    /// - Parameter id: the instance's UUID.
    /// - Throws: ``OpenStackAPIError``; `CancellationError`.
    public func securityGroupNames(ofInstance id: String) async throws -> [String] {
        let groups = try await securityGroups(ofInstance: id)
        let names = try await names(ofSecurityGroups: groups)
        return groups.compactMap { names[$0] }
    }
}

extension Neutron {
    private func securityGroups(ofInstance id: String) async throws -> [String] {
        do {
            let ports = try await ports(PortFilter(deviceIDs: [id]), fields: [.securityGroups, .deviceID])
            return ports.flatMap { $0.securityGroups ?? [] }
        } catch let error as OpenStackAPIError where error.kind == .refused(status: 404, fault: "PortNotFound") {
            // A port that ends while Neutron lists it (contract nova.md §10.4).
            return []
        }
    }

    private func names(ofSecurityGroups ids: [String]) async throws -> [String: String] {
        struct Group: Decodable, Sendable {
            var id: String
            var name: String?
        }
        let fields = ["id", "name"].map { URLQueryItem(name: "fields", value: $0) }
        var names: [String: String] = [:]
        for items in try await batches(of: ids, named: "id", Self.securityGroupLimit, "security-groups", fields) {
            let groups = try await service.collection(
                of: Group.self, "security_groups", "security-groups", query: items + fields)
            for group in groups { names[group.id] = group.name.flatMap { $0.isEmpty ? nil : $0 } ?? group.id }
        }
        return names
    }

    /// - Parameter rest: what else is in the query.
    private func batches(
        of ids: [String], named name: String, _ limit: Int, _ path: String, _ rest: [URLQueryItem]
    ) async throws -> [[URLQueryItem]] {
        guard !ids.isEmpty else { return [] }
        let taken = "\(try await service.address())/\(path)?\(URLText.query(rest))".utf8.count
        return IDBatches(name: name, limit: limit, taken: taken).split(ids).map { ids in
            ids.map { URLQueryItem(name: name, value: $0) }
        }
    }
}
