import InstanceModel

/// The statements that read one instance, sent together: one round trip, each by an index (contract nova.md §10.1).
///
/// The id stands in them as text; an ``InstanceID`` prints hexadecimal digits and hyphens only.
enum InstanceQuery {
    /// Where the instance is: a row with the cell's database, NULL for one without a cell; no row where it is not mapped.
    static func cell(of id: InstanceID) -> String {
        """
        SELECT c.database_connection FROM instance_mappings m LEFT JOIN cell_mappings c ON c.id = m.cell_id \
        WHERE m.instance_uuid = '\(id)'
        """
    }

    static func project(of id: InstanceID) -> String {
        "SELECT project_id FROM instances WHERE uuid = '\(id)' AND deleted = 0"
    }

    /// Deleted rows of system metadata count, as in Nova.
    static func instance(_ id: InstanceID) -> String {
        """
        SELECT \(InstanceColumn.list) FROM instances i LEFT JOIN instance_extra e ON e.instance_uuid = i.uuid \
        LEFT JOIN instance_info_caches n ON n.instance_uuid = i.uuid WHERE i.uuid = '\(id)' AND i.deleted = 0;
        SELECT `key`, `value` FROM instance_metadata WHERE instance_uuid = '\(id)' AND deleted = 0 ORDER BY id;
        SELECT `key`, `value` FROM instance_system_metadata WHERE instance_uuid = '\(id)' \
        AND (`key` LIKE 'password\\_%' OR `key` = 'boot_roles') ORDER BY id;
        SELECT device_name, source_type, destination_type, guest_format FROM block_device_mapping \
        WHERE instance_uuid = '\(id)' AND deleted = 0 ORDER BY id;
        \(EC2Numbers.selectInstance(id))
        """
    }
}

/// The columns of an instance's own row and of the two rows that hang on it, in the order in which they are read.
enum InstanceColumn: Int, CaseIterable {
    case projectID, displayName, hostname, launchIndex, reservationID, availabilityZone, imageRef, kernelID, ramdiskID
    case keyName, keyData, userData, rootDeviceName, defaultEphemeralDevice, defaultSwapDevice
    case flavor, keypairs, deviceMetadata, numaTopology, networkInfo

    private var name: String {
        switch self {
        case .projectID: "i.project_id"
        case .displayName: "i.display_name"
        case .hostname: "i.hostname"
        case .launchIndex: "i.launch_index"
        case .reservationID: "i.reservation_id"
        case .availabilityZone: "i.availability_zone"
        case .imageRef: "i.image_ref"
        case .kernelID: "i.kernel_id"
        case .ramdiskID: "i.ramdisk_id"
        case .keyName: "i.key_name"
        case .keyData: "i.key_data"
        case .userData: "i.user_data"
        case .rootDeviceName: "i.root_device_name"
        case .defaultEphemeralDevice: "i.default_ephemeral_device"
        case .defaultSwapDevice: "i.default_swap_device"
        case .flavor: "e.flavor"
        case .keypairs: "e.keypairs"
        case .deviceMetadata: "e.device_metadata"
        case .numaTopology: "e.numa_topology"
        case .networkInfo: "n.network_info"
        }
    }

    static let list = allCases.map(\.name).joined(separator: ", ")
}

extension DatabaseRow {
    func text(_ column: InstanceColumn) -> String? { text(column.rawValue) }
    func bytes(_ column: InstanceColumn) -> [UInt8]? { bytes(column.rawValue) }
}
