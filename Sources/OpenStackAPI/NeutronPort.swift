/// A port as Neutron shows it (contract neutron.md §6). A member is nil where it was not asked for, or is not shown to
/// the account.
public struct NeutronPort: Sendable, Hashable {
    public struct FixedIP: Sendable, Hashable {
        public var subnetID: String?
        /// As Neutron writes it.
        public var address: String

        public init(subnetID: String? = nil, address: String) {
            self.subnetID = subnetID
            self.address = address
        }
    }

    /// A member of a port that can be asked for.
    public enum Field: String, Sendable, CaseIterable {
        case id
        case networkID = "network_id"
        case deviceID = "device_id"
        case deviceOwner = "device_owner"
        case macAddress = "mac_address"
        case fixedIPs = "fixed_ips"
        case projectID = "project_id"
        case securityGroups = "security_groups"
        case status
        case bindingHost = "binding:host_id"
        case bindingType = "binding:vif_type"
        case allowedAddressPairs = "allowed_address_pairs"

        /// As they are asked for. Old releases know projects only as tenants.
        var names: [String] { self == .projectID ? [rawValue, "tenant_id"] : [rawValue] }
    }

    public var id: String?
    public var networkID: String?
    /// Empty where the port belongs to nothing.
    public var deviceID: String?
    /// Such as `compute:nova`.
    public var deviceOwner: String?
    /// Lower case with colons.
    public var macAddress: String?
    public var fixedIPs: [FixedIP]?
    /// `project_id`, else `tenant_id`.
    public var projectID: String?
    /// Ids, in Neutron's order.
    public var securityGroups: [String]?
    /// Such as `ACTIVE`.
    public var status: String?
    /// The host the port is bound to; shown to administrators and services only.
    public var bindingHost: String?
    /// How it is plugged in there, such as `ovs`; `unbound` and `binding_failed` where it is not. Shown as the host is.
    public var bindingType: String?
    /// Addresses and ranges that the port may use besides its own.
    public var allowedAddressPairs: [String]?

    public init(
        id: String? = nil, networkID: String? = nil, deviceID: String? = nil, deviceOwner: String? = nil,
        macAddress: String? = nil, fixedIPs: [FixedIP]? = nil, projectID: String? = nil,
        securityGroups: [String]? = nil, status: String? = nil, bindingHost: String? = nil,
        bindingType: String? = nil, allowedAddressPairs: [String]? = nil
    ) {
        self.id = id
        self.networkID = networkID
        self.deviceID = deviceID
        self.deviceOwner = deviceOwner
        self.macAddress = macAddress
        self.fixedIPs = fixedIPs
        self.projectID = projectID
        self.securityGroups = securityGroups
        self.status = status
        self.bindingHost = bindingHost
        self.bindingType = bindingType
        self.allowedAddressPairs = allowedAddressPairs
    }
}

extension NeutronPort: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, networkID = "network_id", deviceID = "device_id", deviceOwner = "device_owner"
        case macAddress = "mac_address", fixedIPs = "fixed_ips", projectID = "project_id", tenantID = "tenant_id"
        case securityGroups = "security_groups", status, bindingHost = "binding:host_id"
        case bindingType = "binding:vif_type"
        case allowedAddressPairs = "allowed_address_pairs"
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String? { try members.decodeIfPresent(String.self, forKey: key) }
        self.init(
            id: try text(.id), networkID: try text(.networkID), deviceID: try text(.deviceID),
            deviceOwner: try text(.deviceOwner), macAddress: try text(.macAddress),
            fixedIPs: try members.decodeIfPresent([FixedIP].self, forKey: .fixedIPs),
            projectID: try text(.projectID) ?? text(.tenantID),
            securityGroups: try members.decodeIfPresent([String].self, forKey: .securityGroups),
            status: try text(.status), bindingHost: try text(.bindingHost), bindingType: try text(.bindingType),
            allowedAddressPairs: try members.decodeIfPresent([AddressPair].self, forKey: .allowedAddressPairs)?
                .map(\.ip_address))
    }
}

private struct AddressPair: Decodable {
    var ip_address: String
}

extension NeutronPort.FixedIP: Decodable {
    private enum CodingKeys: String, CodingKey {
        case subnetID = "subnet_id"
        case address = "ip_address"
    }
}
