import InstanceModel

/// Makes networks, routers and instances of what was read: fills in defaults, follows references and finds the mistakes
/// that only show when several places are compared.
final class Assembly {
    let reader: FileReader
    private var networks: NetworkIndex
    private var networkIDs = Register<NetworkID>()
    private var routerIDs = Register<RouterID>()
    private var instanceIDs = Register<InstanceID>()
    private var ec2Numbers = Register<UInt64>()
    private var images = ImageNumbers()
    var portIDs = Register<PortID>()
    var addresses = Register<OnNetwork<IPAddress>>()
    var macAddresses = Register<OnNetwork<MACAddress>>()

    /// Something that must be unique on its network.
    struct OnNetwork<Value: Hashable>: Hashable {
        let network: NetworkID
        let value: Value
    }

    init(_ reader: FileReader, known: Catalogue) {
        self.reader = reader
        self.networks = NetworkIndex(known: known.networks)
    }

    func catalogue(_ draft: FileDraft) -> Catalogue {
        let described = draft.networks.map(network)
        networks.add(described)
        return Catalogue(
            networks: described, routers: draft.routers.map(router), instances: draft.instances.map(instance))
    }

    /// The network that the file means; nil, and a mistake, when there is none or more than one.
    func resolve(_ reference: NetworkReference) -> Network? {
        switch networks.find(reference.text) {
        case .one(let network): return network
        case .several(let ids):
            let list = ids.map(\.description).joined(separator: ", ")
            reader.refuse(reference.place, expected: "the id of one of the networks with this name: \(list)")
        case .none:
            reader.refuse(reference.place, expected: "the name or id of a known network\(networks.list)")
        }
        return nil
    }

    private func network(_ draft: NetworkDraft) -> Network {
        let id = draft.id ?? Derived.networkID(name: draft.name)
        claim(id, in: \.networkIDs, draft.place, isDerived: draft.id == nil, from: "name")
        SubnetCheck(reader).check(draft.subnets)
        return Network(
            id: id, name: draft.name, mtu: draft.mtu, injected: draft.injected, serviceProvider: draft.serviceProvider,
            subnets: draft.subnets.map(\.subnet))
    }

    private func router(_ draft: RouterDraft) -> Router {
        let id = draft.id ?? Derived.routerID(name: draft.name)
        claim(id, in: \.routerIDs, draft.place, isDerived: draft.id == nil, from: "name")
        var networks: [NetworkID] = []
        for reference in draft.networks {
            guard let network = resolve(reference) else { continue }
            if networks.contains(network.id) { reader.refuse(reference.place, expected: "every network once") }
            networks.append(network.id)
        }
        return Router(id: id, name: draft.name, networks: networks)
    }

    private func instance(_ draft: InstanceDraft) -> Instance {
        let name = draft.name.or(nil)
        if name == nil, draft.id == nil, case .null = draft.name {
            reader.refuse(draft.place.field("id"), expected: "a UUID, because the name is null", found: "nothing")
        }
        let id = draft.id ?? Derived.instanceID(project: draft.project, name: name ?? "")
        claim(id, in: \.instanceIDs, draft.place, isDerived: draft.id == nil, from: "project and name")
        checkNumbers(draft)
        var instance = Instance(id: id, projectID: draft.project, ec2Number: draft.ec2Number ?? 0)
        instance.name = name
        instance.hostname = draft.hostname.or(name.map { Derived.hostname(name: $0, id: id) })
        draft.fill(&instance)
        instance.userData = userData(draft)
        instance.ports = ports(draft.ports, of: id)
        return instance
    }

    private func userData(_ draft: InstanceDraft) -> [UInt8]? {
        let forms = [
            ("user_data", draft.userData), ("user_data_base64", draft.userDataBase64),
            ("user_data_file", draft.userDataFile),
        ].compactMap { name, bytes in bytes.map { (name, $0) } }
        for (name, _) in forms.dropFirst() {
            reader.refuse(
                draft.place.field(name), expected: "only one of user_data, user_data_base64 and user_data_file",
                found: "\(forms[0].0) as well")
        }
        return forms.first?.1
    }

    private func checkNumbers(_ draft: InstanceDraft) {
        if let number = draft.ec2Number, let owner = ec2Numbers.claim(number, draft.place.path) {
            reader.refuse(draft.place.field("ec2_id"), expected: "a number of its own", found: "that of \(owner)")
        }
        for (field, image) in [("image", draft.image), ("kernel", draft.kernel), ("ramdisk", draft.ramdisk)] {
            guard let image, let problem = images.claim(image, draft.place.path) else { continue }
            reader.refuse(draft.place.field(field), expected: problem.expected, found: problem.found)
        }
    }

    private func claim<Entity>(
        _ id: Identifier<Entity>, in register: ReferenceWritableKeyPath<Assembly, Register<Identifier<Entity>>>,
        _ place: FileValue, isDerived: Bool, from source: String
    ) {
        guard let owner = self[keyPath: register].claim(id, place.path) else { return }
        let found = isDerived ? "the id derived from the same \(source) as \(owner)" : "the id of \(owner)"
        reader.refuse(place.field("id"), expected: "an id of its own", found: found)
    }
}

extension InstanceDraft {
    /// Everything that needs no other part of the file.
    fileprivate func fill(_ instance: inout Instance) {
        instance.image = image
        instance.kernel = kernel
        instance.ramdisk = ramdisk
        instance.launchIndex = launchIndex.or(0)
        instance.reservationID = reservationID.or(Derived.reservationID(of: instance.id))
        instance.availabilityZone = availabilityZone.or("nova")
        instance.instanceType = instanceType
        instance.keyPair = keyPair
        instance.keyName = keyName.or(keyPair?.name)
        instance.keyData = keyData.or(keyPair?.publicKey)
        instance.metadata = metadata
        instance.password = password
        instance.bootRoles = bootRoles.joined(separator: ",")
        instance.rootDeviceName = rootDevice.or("/dev/vda")
        instance.defaultEphemeralDevice = ephemeralDevice
        instance.defaultSwapDevice = swapDevice
        instance.blockDevices = blockDevices
        instance.devices = devices
        instance.dedicatedCPUs = Set(dedicatedCPUs).sorted()
        instance.securityGroups = securityGroups
    }
}
