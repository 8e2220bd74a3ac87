import InstanceModel

/// Everything that one instance can get, rendered once and kept as bytes.
///
/// A value that Nova's record lacks shows as Nova shows a missing value, `None` in the EC2 tree and `null` in JSON,
/// also where Nova itself fails on it: a missing host name with a DHCP domain, a missing flavor
/// (contract nova.md §4.1, §11.1).
public final class InstanceDocuments: Sendable {
    public let instanceID: InstanceID
    /// For people who watch; guests get it from ``DocumentText``.
    public let name: String?
    /// Compared exactly with `X-Tenant-ID`.
    public let projectID: [UInt8]
    /// What every dynamic vendor data target is sent (``VendorData2/dynamicRequestBody(for:)``); nil unless
    /// DynamicJSON is configured.
    public let vendorDataRequest: [UInt8]?
    private let text: DocumentText
    /// Kept apart from the other text because it is the instance's own array, of any size.
    private let userData: [UInt8]?
    private let listed: EC2Tree.Presence
    private let blockDevices: BlockDeviceMapping.Shape
    private let vendorDataProviders: [VendorDataProvider]
    private let unreadable: InstanceParts
    /// False: the answer to ``EC2Item/securityGroups`` is not among these documents, and the store has to be asked.
    public let holdsSecurityGroups: Bool

    public init(_ instance: Instance, settings: DocumentSettings) {
        instanceID = instance.id
        name = instance.name
        projectID = Array(instance.projectID.utf8)
        userData = instance.unreadable.contains(.userData) ? [] : instance.userData
        unreadable = instance.unreadable
        holdsSecurityGroups = instance.securityGroups != nil
        listed = EC2Leaves.presence(instance)
        vendorDataProviders = settings.vendorDataProviders
        let isDynamic = vendorDataProviders.contains(.dynamicJSON)
        vendorDataRequest = isDynamic ? VendorData2.dynamicRequestBody(for: instance) : nil
        let mapping = BlockDeviceMapping(instance)
        blockDevices = mapping.shape
        text = DocumentText(instance, mapping: mapping, settings: settings)
    }

    /// Whether the guest has posted a password: a further POST is a conflict (contract nova.md §7).
    public var hasPassword: Bool { !text.range(.password).isEmpty }

    /// Octets kept for this instance, apart from its user data: for sizing caches.
    public var byteCount: Int { text.bytes.count }

    /// False where the document needs a part of the instance's record that could not be read.
    @inline(__always)
    public func canShow(_ route: Route) -> Bool {
        unreadable.isEmpty || unreadable.isDisjoint(with: route.needs)
    }

    /// The answer to a GET, if it can be shown; nil is a 404, whose page depends on the request's `Accept` (``ErrorPage``).
    ///
    /// With DynamicJSON configured, ``Route/vendorData2`` gives the document without the dynamic part;
    /// ``VendorData2`` makes the whole one.
    public func reply(to route: Route, context: DocumentContext) -> Reply? {
        switch route {
        case .root, .ec2Versions: .root
        case .ec2Contents: Reply(.plainText, EC2Tree.contents(hasUserData: userData != nil))
        case .ec2MetaData(let version): Reply(.plainText, EC2Tree.listing(version, having: listed))
        case .ec2(let item): ec2Text(item, context).map { Reply(body: .bytes($0)) }
        case .userData: userData.map { Reply(.plainText, $0) }
        case .openStackVersions: Reply(.plainText, OpenStackVersion.listing(today: context.today))
        case .openStackFiles(let version):
            Reply(.plainText, OpenStackTree.listing(version, hasUserData: userData != nil))
        case .metaData(let version): metaData(version, context)
        case .networkData: Reply(body: .bytes(text.slice(.networkData)))
        case .vendorData: vendorData(context)
        case .vendorData2: vendorData2(context)
        case .password: Reply(contentType: .html, headersTypeFirst: true, body: .bytes(text.slice(.password)))
        case .injectedNetwork: unlessEmpty(.injectedNetwork).map { Reply(body: .bytes($0)) }
        case .unknown: nil
        }
    }

    private func ec2Text(_ item: EC2Item, _ context: DocumentContext) -> ByteSlice? {
        switch item {
        case .amiID: text.slice(.amiID)
        case .amiLaunchIndex: text.slice(.amiLaunchIndex)
        case .amiManifestPath: ByteSlice(EC2Tree.manifestPath)
        case .hostname: text.slice(.hostname)
        case .instanceID: text.slice(.instanceID)
        case .localIPv4: unlessEmpty(.localIPv4) ?? ByteSlice(context.requesterAddress ?? EC2Leaves.none)
        case .reservationID: text.slice(.reservationID)
        case .securityGroups: text.slice(.securityGroups)
        case .publicIPv4: text.slice(.publicIPv4)
        case .instanceType: text.slice(.instanceType)
        case .kernelID: listed.contains(.kernel) ? text.slice(.kernelID) : nil
        case .ramdiskID: listed.contains(.ramdisk) ? text.slice(.ramdiskID) : nil
        case .instanceAction: ByteSlice(EC2Tree.instanceAction)
        case .publicKeys: listed.contains(.publicKeys) ? text.slice(.publicKeys) : nil
        case .publicKey: listed.contains(.publicKeys) ? ByteSlice(EC2Tree.publicKey) : nil
        case .openSSHKey: listed.contains(.publicKeys) ? text.slice(.openSSHKey) : nil
        case .placement: ByteSlice(EC2Tree.placement)
        case .availabilityZone: text.slice(.availabilityZone)
        case .blockDeviceMapping: text.slice(.blockDeviceMapping)
        case .blockDevice(let name): blockDevices.position(of: name).map { text.slice(DocumentPart.count + $0) }
        }
    }

    private func metaData(_ version: OpenStackVersion, _ context: DocumentContext) -> Reply {
        let seed = version >= MetaDataDocument.seededSince ? context.randomSeed.draw() : nil
        return Reply(contentType: .json, body: .metaData(MetaDataDocument(text, version, seed: seed)))
    }

    private func vendorData(_ context: DocumentContext) -> Reply? {
        vendorDataProviders.contains(.staticJSON) ? Reply(.json, context.staticVendorData.vendorData) : nil
    }

    private func vendorData2(_ context: DocumentContext) -> Reply {
        let hasStatic = vendorDataProviders.contains(.staticJSON)
        return Reply(.json, hasStatic ? context.staticVendorData.vendorData2 : StaticVendorData.emptyObject)
    }

    private func unlessEmpty(_ part: DocumentPart) -> ByteSlice? {
        let range = text.range(part)
        return range.isEmpty ? nil : ByteSlice(text.bytes, range)
    }
}

extension DocumentText {
    init(_ instance: Instance, mapping: BlockDeviceMapping, settings: DocumentSettings) {
        let network = settings.injectedNetworkTemplate ? InjectedNetwork(instance.ports) : nil
        self.init(parts: DocumentPart.count + mapping.devices.count) { text, index in
            if let part = DocumentPart(rawValue: index) {
                text.write(part, of: instance, mapping: mapping, network: network, settings: settings)
            } else {
                text.append(mapping.devices[index - DocumentPart.count] ?? "None")
            }
        }
    }
}

extension JSONText {
    fileprivate mutating func write(
        _ part: DocumentPart, of instance: Instance, mapping: BlockDeviceMapping, network: InjectedNetwork?,
        settings: DocumentSettings
    ) {
        switch part {
        case .metaDataHead: writeMetaDataHead(instance, hasNetworkConfig: network != nil, settings)
        case .project: writeProject(instance)
        case .devices2016: writeDeviceList(instance.devices, .v2016_06_30)
        case .devices2017: writeDeviceList(instance.devices, .v2017_02_22, unlessSameAs: .v2016_06_30)
        case .devices2018: writeDeviceList(instance.devices, .v2018_08_27, unlessSameAs: .v2017_02_22)
        case .devices2025: writeDeviceList(instance.devices, .v2025_04_04, unlessSameAs: .v2018_08_27)
        case .dedicatedCPUs: writeDedicatedCPUs(instance)
        case .networkData: writeNetworkData(instance.ports)
        case .injectedNetwork: network?.write(into: &self)
        case .password: append(instance.password)
        case .amiID, .amiLaunchIndex, .hostname, .instanceID, .localIPv4, .reservationID, .securityGroups, .publicKeys,
            .openSSHKey, .publicIPv4, .instanceType, .kernelID, .ramdiskID, .availabilityZone:
            append(EC2Leaves.text(part, of: instance, settings))
        case .blockDeviceMapping: append(mapping.shape.sortedNames.joined(separator: "\n"))
        }
    }
}
