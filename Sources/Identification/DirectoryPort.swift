import InstanceModel

/// A port as the directory knows it: enough to say whose a connection is.
public struct DirectoryPort: Hashable, Sendable, Codable {
    public var id: PortID
    public var network: NetworkID
    public var macAddress: MACAddress?
    public var addresses: [IPAddress]
    /// Addresses and ranges that the port may use besides its own: `allowed_address_pairs`.
    public var allowedAddresses: [String]
    let device: OpaqueID
    let project: OpaqueID

    private enum CodingKeys: String, CodingKey {
        case id, network, macAddress, addresses, allowedAddresses
        case device = "deviceID"
        case project = "projectID"
    }

    public init(
        id: PortID, network: NetworkID, macAddress: MACAddress?, addresses: [String], allowedAddresses: [String] = [],
        deviceID: String, projectID: String
    ) {
        self.id = id
        self.network = network
        self.macAddress = macAddress
        self.addresses = addresses.compactMap { IPAddress($0) }
        self.allowedAddresses = allowedAddresses
        device = OpaqueID(deviceID)
        project = OpaqueID(projectID)
    }

    /// Whose the port is: an instance's id, or what else Neutron calls the device. Empty: nobody's.
    public var deviceID: String { device.description }
    public var projectID: String { project.description }
    /// Nil where it is nobody's, or something else than an instance's.
    public var instanceID: InstanceID? { device.identifier() }

    /// Whether the port may use an address that is not one of its own.
    func mayUse(_ address: IPAddress) -> Bool {
        allowedAddresses.contains { text in
            IPAddress(text).map { $0 == address } ?? CIDR(text)?.contains(address) ?? false
        }
    }
}
