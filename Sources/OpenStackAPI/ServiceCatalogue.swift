/// The services of a cloud and their addresses, as a token's answer lists them (Identity API v3, `token.catalog`).
public struct ServiceCatalogue: Sendable, Equatable, Decodable {
    /// One address of a service.
    public struct Endpoint: Sendable, Equatable {
        /// `public`, `internal` or `admin`.
        public var interface: String
        /// Both spellings of the region that Keystone gives; usually the same.
        public var regions: Set<String>
        public var url: String

        public init(interface: String, regions: Set<String> = [], url: String) {
            self.interface = interface
            self.regions = regions
            self.url = url
        }
    }

    public struct Service: Sendable, Equatable {
        /// Such as `network`.
        public var type: String
        /// Such as `neutron`.
        public var name: String?
        public var endpoints: [Endpoint]

        public init(type: String, name: String? = nil, endpoints: [Endpoint]) {
            self.type = type
            self.name = name
            self.endpoints = endpoints
        }
    }

    public var services: [Service]

    public init(services: [Service]) {
        self.services = services
    }

    public init(from decoder: any Decoder) throws {
        services = try decoder.singleValueContainer().decode([Service].self)
    }

    /// The address that `wanted` selects: interfaces in their order, then the catalogue's order.
    /// - Throws: ``OpenStackAPIError`` that names what was looked for and what there is.
    public func address(of wanted: EndpointSelector) throws -> String {
        let services = services.filter {
            $0.type == wanted.serviceType && (wanted.serviceName == nil || $0.name == wanted.serviceName)
        }
        let endpoints = services.flatMap(\.endpoints).filter { endpoint in
            wanted.region.map(endpoint.regions.contains) ?? true
        }
        for interface in wanted.interfaces.map(Self.plainInterface) {
            if let endpoint = endpoints.first(where: { $0.interface == interface }) { return endpoint.url }
        }
        throw OpenStackAPIError(.noEndpoint, "the service catalogue: expected an \(wanted), found \(found(wanted))")
    }

    /// `internalURL`, as version 2 of Keystone's API spelt it, means `internal`.
    private static func plainInterface(_ name: String) -> String {
        name.hasSuffix("URL") ? String(name.dropLast(3)) : name
    }

    /// What there is instead, from the nearest to the farthest, and what to change.
    private func found(_ wanted: EndpointSelector) -> String {
        guard !services.isEmpty else {
            return "an empty catalogue; set a project for the account, or endpoint_override"
        }
        let ofType = services.filter { $0.type == wanted.serviceType }
        guard !ofType.isEmpty else {
            let types = Set(services.map(\.type)).sorted().joined(separator: ", ")
            return "only the types \(types); check service_type, or set endpoint_override"
        }
        let there = ofType.flatMap { service in
            service.endpoints.map { endpoint in
                let region = endpoint.regions.sorted().joined(separator: "/")
                return "\(endpoint.interface) of “\(service.name ?? "")” in “\(region)”"
            }
        }
        return (there.isEmpty ? "no endpoint of that type" : there.joined(separator: ", "))
            + "; check valid_interfaces, region_name and service_name, or set endpoint_override"
    }
}

extension ServiceCatalogue.Service: Decodable {
    private enum CodingKeys: String, CodingKey { case type, name, endpoints }

    /// What has no address cannot be selected and is left out.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        type = try members.decode(String.self, forKey: .type)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        let written = try members.decodeIfPresent([WrittenEndpoint].self, forKey: .endpoints) ?? []
        endpoints = written.compactMap(\.endpoint)
    }
}

private struct WrittenEndpoint: Decodable {
    var interface: String?
    var region: String?
    var region_id: String?
    var url: String?

    var endpoint: ServiceCatalogue.Endpoint? {
        guard let interface, let url, !url.isEmpty else { return nil }
        return .init(interface: interface, regions: Set([region, region_id].compactMap(\.self)), url: url)
    }
}
