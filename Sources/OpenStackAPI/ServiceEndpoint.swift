/// Where a service is asked: keystoneauth's adapter options.
public enum ServiceEndpoint: Sendable, Equatable {
    /// An address of its own (`endpoint_override`), such as `https://network.example.com:9696`.
    case address(String)
    /// The one that the catalogue of the token names.
    case catalogue(EndpointSelector)
}

/// What is looked for in a service catalogue (contract nova.md §1.3, `[neutron]`).
public struct EndpointSelector: Sendable, Equatable, CustomStringConvertible {
    /// Keystone's interface names. `internalURL` and the like are read as well.
    public static let defaultInterfaces = ["internal", "public"]

    /// Such as `network`.
    public var serviceType: String
    /// Such as `neutron`; nil: of any name.
    public var serviceName: String?
    /// The first of them that has an endpoint is taken.
    public var interfaces: [String]
    /// Nil: of any region.
    public var region: String?

    public init(
        serviceType: String, serviceName: String? = nil, interfaces: [String] = defaultInterfaces,
        region: String? = nil
    ) {
        self.serviceType = serviceType
        self.serviceName = serviceName
        self.interfaces = interfaces
        self.region = region
    }

    /// In an operator's words, without the article.
    public var description: String {
        var text = "endpoint of service type “\(serviceType)”"
        if let serviceName { text += " named “\(serviceName)”" }
        text += " with interface \(interfaces.joined(separator: " or "))"
        if let region { text += " in region “\(region)”" }
        return text
    }
}
