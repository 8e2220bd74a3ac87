import InstanceModel

extension Assembly {
    /// The ports of one instance, each with its part of its network.
    func ports(_ drafts: [PortDraft], of instance: InstanceID) -> [Port] {
        var ordinals: [NetworkID?: Int] = [:]
        return drafts.map { draft in
            let network = draft.network.or(nil).flatMap(resolve)
            let ordinal = ordinals[network?.id, default: 0]
            ordinals[network?.id] = ordinal + 1
            return port(draft, on: network, Derived.portID(of: instance, on: network?.id, ordinal: ordinal))
        }
    }

    private func port(_ draft: PortDraft, on network: Network?, _ derivedID: PortID) -> Port {
        let id = draft.id ?? derivedID
        if let owner = portIDs.claim(id, draft.place.path) {
            reader.refuse(draft.place.field("id"), expected: "an id of its own", found: "the id of \(owner)")
        }
        if draft.ip != nil, !draft.ips.isEmpty {
            reader.refuse(draft.place.field("ips"), expected: "either ip or ips", found: "both")
        }
        if let network {
            for address in draft.addresses { check(address, on: network) }
        } else if case .null = draft.network, let address = draft.addresses.first {
            reader.refuse(address.place, expected: "no address, because the port has no network")
        }
        return Port(
            id: id, macAddress: macAddress(draft, of: id, on: network), type: draft.type.or("ovs"),
            deviceName: draft.device.or(Derived.deviceName(of: id)),
            network: network.map { PortNetwork($0, fixedIPs: draft.addresses.map(\.fixedIP)) })
    }

    private func check(_ draft: AddressDraft, on network: Network) {
        guard let address = IPAddress(draft.fixedIP.address) else { return }
        let ranges = network.subnets.compactMap { CIDR($0.cidr) }
        let value = draft.place.isMapping ? draft.place.field("address") : draft.place
        if !ranges.contains(where: { $0.contains(address) }) {
            let list = network.subnets.map(\.cidr).joined(separator: ", ")
            let expected =
                ranges.isEmpty
                ? "no address, because network \(quoted(network.name)) has no subnet"
                : "an address in a subnet of network \(quoted(network.name)) (\(list))"
            reader.refuse(value, expected: expected)
        }
        if let owner = addresses.claim(OnNetwork(network: network.id, value: address), value.path) {
            reader.refuse(
                value, expected: "an address that is free on network \(quoted(network.name))",
                found: "\(quoted(draft.fixedIP.address)), which is at \(owner) too")
        }
    }

    /// The address given, or the first derived one that is free on the network: 24 bits do not keep ten thousand
    /// ports apart.
    private func macAddress(_ draft: PortDraft, of id: PortID, on network: Network?) -> MACAddress? {
        guard let network else { return draft.macAddress.or(Derived.macAddress(of: id)) }
        let candidates = (0..<Derived.macAddressAttempts).lazy.map { Derived.macAddress(of: id, attempt: $0) }
        let free = candidates.first { candidate in
            !self.macAddresses.contains(OnNetwork(network: network.id, value: candidate))
        }
        guard let address = draft.macAddress.or(free ?? Derived.macAddress(of: id)) else { return nil }
        if let owner = macAddresses.claim(OnNetwork(network: network.id, value: address), draft.place.path) {
            reader.refuse(
                draft.place.field("mac"), expected: "a MAC address that is free on network \(quoted(network.name))",
                found: "\(quoted(address.description)), which \(owner) has too")
        }
        return address
    }
}
