/// What a namespace made by Neutron serves, told by its name (contract neutron.md §1).
public enum NamespaceKind: Hashable, Sendable {
    /// `qrouter-<uuid>`, made by the L3 agent.
    case router(String)
    /// `qdhcp-<uuid>`, made by the DHCP agent.
    case dhcp(network: String)
    /// `ovnmeta-<uuid>`, made by the OVN metadata agent.
    case ovnMetadata(network: String)

    /// Nil for a namespace of anything else.
    public init?(name: String) {
        let parts = name.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[1].utf8.count == 36 else { return nil }
        let identifier = String(parts[1])
        switch parts[0] {
        case "qrouter": self = .router(identifier)
        case "qdhcp": self = .dhcp(network: identifier)
        case "ovnmeta": self = .ovnMetadata(network: identifier)
        default: return nil
        }
    }

    public var name: String {
        switch self {
        case .router(let identifier): "qrouter-\(identifier)"
        case .dhcp(let identifier): "qdhcp-\(identifier)"
        case .ovnMetadata(let identifier): "ovnmeta-\(identifier)"
        }
    }

    /// The scope of the connections it accepts: `router:<uuid>` or `network:<uuid>`.
    public var scope: String {
        switch self {
        case .router(let identifier): "router:\(identifier)"
        case .dhcp(let identifier), .ovnMetadata(let identifier): "network:\(identifier)"
        }
    }

    /// Where its guests' connections arrive: behind ``MetadataRedirect`` in a router's namespace, at the metadata
    /// addresses themselves in the others.
    /// - Parameter redirectPort: that routers redirect their guests to, Neutron's `metadata_port`.
    public func listenAddresses(redirectPort: UInt16 = MetadataAddress.redirectPort) -> [ListenAddress] {
        switch self {
        case .router: [.anyDualStack(port: redirectPort)]
        case .dhcp, .ovnMetadata:
            [
                .v4(MetadataAddress.ipv4, port: MetadataAddress.port, freebind: true),
                .v6(MetadataAddress.ipv6, devicePrefix: Self.devicePrefix, port: MetadataAddress.port, freebind: true),
            ]
        }
    }

    /// How the names of the devices begin on which guests reach a network's namespace.
    public static let devicePrefix = "tap"
}

/// The addresses every guest asks, and the port that a router redirects them to.
public enum MetadataAddress {
    public static let ipv4 = "169.254.169.254"
    public static let ipv6 = "fe80::a9fe:a9fe"
    public static let port: UInt16 = 80
    /// Neutron's default `metadata_port`.
    public static let redirectPort: UInt16 = 9697
}
