import InstanceModel

/// What the configuration says about documents; the same for every instance of a process (contract nova.md §1.3).
public struct DocumentSettings: Sendable, Equatable {
    /// `[api] dhcp_domain`, appended to the host name after a dot. Empty: nothing is appended.
    public var dhcpDomain: String
    /// Whether `[DEFAULT] injected_network_template` names the template that Nova ships. False is the empty option:
    /// no `network_config` and no `content/0000`.
    public var injectedNetworkTemplate: Bool
    /// `[api] vendordata_providers`, in order.
    public var vendorDataProviders: [VendorDataProvider]

    public init(
        dhcpDomain: String = "novalocal", injectedNetworkTemplate: Bool = true,
        vendorDataProviders: [VendorDataProvider] = [.staticJSON]
    ) {
        self.dhcpDomain = dhcpDomain
        self.injectedNetworkTemplate = injectedNetworkTemplate
        self.vendorDataProviders = vendorDataProviders
    }

    /// The name as the documents show it: with the domain. Nil stays nil, with and without a domain.
    func fullHostname(of instance: Instance) -> String? {
        instance.hostname.map { dhcpDomain.isEmpty ? $0 : $0 + "." + dhcpDomain }
    }
}

/// A source of vendor data (contract nova.md §8).
public enum VendorDataProvider: Sendable, Equatable {
    /// A file, shown as `vendor_data.json` and under `static` in `vendor_data2.json`.
    case staticJSON
    /// Web services asked on every read of `vendor_data2.json`.
    case dynamicJSON
}
