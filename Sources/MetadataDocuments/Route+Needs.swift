import InstanceModel

extension Route {
    /// The parts of an instance's record that this document is made of, as far as they can be damaged. A listing needs
    /// none: it says what there is. Neither does `network_config`, which `meta_data.json` only shows where a readable
    /// network asks for it.
    var needs: InstanceParts {
        switch self {
        case .ec2(.localIPv4), .ec2(.publicIPv4), .networkData, .injectedNetwork: .ports
        case .ec2(.instanceType): .instanceType
        case .userData: .userData
        case .password: .password
        case .metaData(let version): Self.metaDataNeeds(version)
        default: []
        }
    }

    private static func metaDataNeeds(_ version: OpenStackVersion) -> InstanceParts {
        var parts: InstanceParts = .keyPair
        if version >= .v2016_06_30 { parts.insert(.devices) }
        if version >= .v2020_10_14 { parts.insert(.dedicatedCPUs) }
        return parts
    }
}
