import InstanceModel

/// Reads one instance of a cell and puts it together. A column that cannot be read costs its part of the instance only.
struct InstanceReader {
    let connection: DatabaseConnection
    let numbers: EC2Numbers
    /// Told of every column that could not be read, for the log.
    let report: @Sendable (String) -> Void

    /// Nil: there is no such instance here.
    func instance(_ id: InstanceID) throws(DatabaseError) -> Instance? {
        let results = try connection.query(InstanceQuery.instance(id))
        guard results.count == 5, let row = results[0].first else { return nil }
        let number = try numbers.instance(id, found: results[4], connection)
        var instance = Instance(id: id, projectID: row.text(.projectID) ?? "", ec2Number: number)
        instance.image = try image(row.text(.imageRef))
        instance.kernel = try image(row.text(.kernelID))
        instance.ramdisk = try image(row.text(.ramdiskID))
        fillColumns(&instance, row)
        fillBlobs(&instance, row)
        instance.metadata = results[1].map { MetadataItem(key: $0.text(0) ?? "", value: $0.text(1) ?? "") }
        fillSystemMetadata(&instance, results[2])
        instance.blockDevices = results[3].map {
            BlockDevice(
                deviceName: $0.text(0), sourceType: $0.text(1) ?? "", destinationType: $0.text(2) ?? "",
                guestFormat: $0.text(3))
        }
        instance.securityGroups = nil
        return instance
    }

    private func image(_ id: String?) throws(DatabaseError) -> BootImage? {
        guard let id, !id.isEmpty else { return nil }
        return BootImage(id: id, ec2Number: try numbers.image(id, connection))
    }

    private func fillColumns(_ instance: inout Instance, _ row: DatabaseRow) {
        instance.name = row.text(.displayName)
        instance.hostname = row.text(.hostname)
        instance.launchIndex = row.text(.launchIndex).flatMap { Int($0) }
        instance.reservationID = row.text(.reservationID)
        instance.availabilityZone = row.text(.availabilityZone)
        instance.keyName = row.text(.keyName)
        instance.keyData = row.text(.keyData)
        instance.rootDeviceName = row.text(.rootDeviceName)
        instance.defaultEphemeralDevice = row.text(.defaultEphemeralDevice)
        instance.defaultSwapDevice = row.text(.defaultSwapDevice)
    }

    private func fillBlobs(_ instance: inout Instance, _ row: DatabaseRow) {
        fill(&instance, .ports, "network_info") { instance throws(BlobError) in
            instance.ports = try NetworkInfo.ports(row.bytes(.networkInfo))
        }
        fill(&instance, .instanceType, "flavor") { instance throws(BlobError) in
            instance.instanceType = try FlavorBlob.name(row.bytes(.flavor))
        }
        fill(&instance, .devices, "device_metadata") { instance throws(BlobError) in
            instance.devices = try DeviceMetadata.devices(row.bytes(.deviceMetadata))
        }
        fill(&instance, .dedicatedCPUs, "numa_topology") { instance throws(BlobError) in
            instance.dedicatedCPUs = try NUMATopology.dedicatedCPUs(row.bytes(.numaTopology))
        }
        fill(&instance, .userData, "user_data") { instance throws(BlobError) in
            guard let text = row.bytes(.userData) else { return }
            instance.userData = try LenientBase64.decode(text)
        }
        // Without a key's name nobody looks at the pairs.
        guard instance.keyName?.isEmpty == false else { return }
        fill(&instance, .keyPair, "keypairs") { instance throws(BlobError) in
            instance.keyPair = try KeyPairBlob.keyPair(row.bytes(.keypairs))
        }
    }

    private func fillSystemMetadata(_ instance: inout Instance, _ rows: [DatabaseRow]) {
        instance.bootRoles = rows.last { $0.text(0) == "boot_roles" }?.text(1) ?? ""
        fill(&instance, .password, "system metadata") { instance throws(BlobError) in
            instance.password = try PasswordRows(rows).password()
        }
    }

    private func fill(
        _ instance: inout Instance, _ part: InstanceParts, _ column: String,
        _ read: (inout Instance) throws(BlobError) -> Void
    ) {
        do {
            try read(&instance)
        } catch {
            instance.unreadable.insert(part)
            report("instance \(instance.id), \(column): \(error); what needs it is answered with 500")
        }
    }
}
