import InstanceModel
import NetworkNamespaces

/// The addresses that a namespace needs for guests to reach it.
struct AddressCheck: Check {
    let name = "addresses"
    let hop = Hop.addresses
    let looksAt =
        """
        A network's namespace has 169.254.169.254 on its tap device; a router's has an address on each qr device. The \
        devices are up, and no address is a duplicate or has been waiting for duplicate address detection.
        """
    let byHand = "ip -n NAMESPACE address"
    let codes: [FindingCode] = [
        .deviceMissing, .deviceDown, .metadataAddressMissing, .addressDuplicate, .addressTentative,
    ]

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let facts = path.facts else { return .notRun("there is no namespace") }
        if case .failure(let failure) = facts.devices { return .notRun(failure.reason) }
        guard !path.guestDevices.isEmpty else { return .found([noDevice(path)]) }
        var findings = path.guestDevices.flatMap { device(path, $0) }
        if !path.isRouter { findings += metadataAddress(path) }
        return .findings(findings, orPassed: Self.summary(path))
    }

    private func device(_ path: NamespacePath, _ device: NetworkDevice) -> [Finding] {
        guard device.isUp else {
            return [
                Finding(
                    .deviceDown, path.namespace, "The device \(device.name) in \(path.namespace) is down.",
                    evidence: "\(device.name): no UP among its flags",
                    remedy: .command("ip -n \(path.namespace) link set \(device.name) up"))
            ]
        }
        return device.addresses.compactMap { address(path, device, $0) }
    }

    /// Duplicate address detection takes a second or two; whoever is past it is `tentative` no more.
    private func address(
        _ path: NamespacePath, _ device: NetworkDevice, _ address: NetworkDevice.Address
    ) -> Finding? {
        guard !address.isUsable else { return nil }
        let place = "\(address.address)/\(address.prefixLength)"
        let again = "ip -n \(path.namespace) address"
        return Finding(
            address.isDuplicate ? .addressDuplicate : .addressTentative, path.namespace,
            address.isDuplicate
                ? "\(address.address) on \(device.name) in \(path.namespace) is not used: somebody else had it when it was set."
                : "\(address.address) on \(device.name) in \(path.namespace) is still waiting for duplicate address detection.",
            evidence: "\(place) \(address.isDuplicate ? "dadfailed" : "tentative")",
            remedy: .command(
                "\(again) delete \(place) dev \(device.name) && \(again) add \(place) dev \(device.name) nodad"))
    }

    private func metadataAddress(_ path: NamespacePath) -> [Finding] {
        let all = path.devices.flatMap(\.addresses).map(\.address)
        guard !all.contains(NamespacePath.metadataIPv4), let device = path.guestDevices.first else { return [] }
        let place = "\(MetadataAddress.ipv4)/32"
        return [
            Finding(
                .metadataAddressMissing, path.namespace,
                "No device in \(path.namespace) has the address \(MetadataAddress.ipv4).",
                evidence: "\(device.name): \(device.addresses.map { "\($0.address)" }.joined(separator: ", "))",
                remedy: .command("ip -n \(path.namespace) address add \(place) dev \(device.name)"))
        ]
    }

    private func noDevice(_ path: NamespacePath) -> Finding {
        Finding(
            .deviceMissing, path.namespace,
            "There is no device in \(path.namespace) that guests could be behind.",
            evidence: "devices: \(path.devices.map(\.name).joined(separator: ", "))",
            remedy: path.makingAnew())
    }

    private static func summary(_ path: NamespacePath) -> String {
        path.guestDevices.map { device in
            let addresses = device.addresses.map { "\($0.address)" }.joined(separator: " ")
            return "\(device.name): \(addresses), MTU \(device.mtu)"
        }.joined(separator: "; ")
    }
}
