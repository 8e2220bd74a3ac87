import InstanceModel

/// The guest's port: there, alone with its addresses, and what the guest itself has.
struct PortCheck: Check {
    let name = "port"
    let hop = Hop.port
    let looksAt =
        "The guest has a port on its network, no other port there has its address, and the guest uses its port's address."
    let byHand = "metapath instance show INSTANCE; ip -n GUEST address"
    let codes: [FindingCode] = [.portUnknown, .addressTwice, .guestAddressDiffers]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard path.guest.hasPort else { return .found([unknown(path)]) }
        var findings = path.doubles.isEmpty ? [] : [double(path)]
        if let finding = await addresses(path) { findings.append(finding) }
        let addresses = path.guest.addresses.map { "\($0)" }.joined(separator: ", ")
        return .findings(findings, orPassed: "\(addresses) on \(path.guest.networkName)")
    }

    private func unknown(_ path: GuestPath) -> Finding {
        Finding(
            .portUnknown, path.guest.name, "There is no port for \(path.guest.name) on \(path.guest.networkName).",
            evidence: "instance \(path.guest.instance) is not in the store",
            remedy: .advice("Import the instance with `metapath instance import FILE`, or create its port in Neutron."))
    }

    private func double(_ path: GuestPath) -> Finding {
        let others = path.doubles.map { "\($0.name) (\($0.instance))" }.joined(separator: ", ")
        let addresses = path.guest.addresses.map { "\($0)" }.joined(separator: ", ")
        return Finding(
            .addressTwice, path.guest.name,
            "\(path.guest.name) and \(others) have one address on \(path.guest.networkName).",
            evidence: addresses,
            remedy: .advice("Give one of them another address, or remove the port that is left over."))
    }

    /// Only where the guest can be looked into.
    private func addresses(_ path: GuestPath) async -> Finding? {
        guard let namespace = path.guest.namespace,
            let listing = try? await path.host.output(["ip", "-j", "address"], in: namespace),
            let devices = try? NetworkDevice.list(listing)
        else { return nil }
        let own = devices.filter { $0.name != "lo" }.flatMap { device in device.addresses.map { (device, $0) } }
        let fixed = path.guest.addresses.filter { $0.family == .v4 }
        guard let wanted = fixed.first, !own.contains(where: { fixed.contains($0.1.address) }) else { return nil }
        return Finding(
            .guestAddressDiffers, path.guest.name,
            "\(path.guest.name) does not have its port's address \(wanted).",
            evidence: own.map { "\($0.1.address)" }.joined(separator: ", "),
            remedy: .command(Self.replacing(own.first { $0.1.address.family == .v4 }, by: wanted, namespace)))
    }

    /// The wrong address goes last, so that the routes stay.
    private static func replacing(
        _ wrong: (NetworkDevice, NetworkDevice.Address)?, by wanted: IPAddress, _ namespace: String
    ) -> String {
        let address = "ip -n \(namespace) address"
        guard let (device, old) = wrong else { return "\(address) add \(wanted)/24 dev eth0" }
        return "ip netns exec \(namespace) sysctl -qw net.ipv4.conf.\(device.name).promote_secondaries=1 && "
            + "\(address) add \(wanted)/\(old.prefixLength) dev \(device.name) && "
            + "\(address) delete \(old.address)/\(old.prefixLength) dev \(device.name)"
    }
}
