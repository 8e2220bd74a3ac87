import InstanceModel
import OpenStackAPI

/// The guest's port: there, plugged in, alone with its addresses, and what the guest itself has.
struct PortCheck: Check {
    let name = "port"
    let hop = Hop.port
    let looksAt =
        """
        The guest has a port on its network, which Neutron has bound to a host and which is up; no other port there has \
        its address, and the guest uses its port's address.
        """
    let byHand = "openstack port show PORT; metapath instance show INSTANCE; ip -n GUEST address"
    let codes: [FindingCode] = [.portUnknown, .portBindingFailed, .portDown, .addressTwice, .guestAddressDiffers]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard path.guest.hasPort else { return .found([unknown(path)]) }
        var findings = [unbound(path.guest) ?? down(path.guest)].compactMap(\.self)
        if !path.doubles.isEmpty { findings.append(await double(path)) }
        if let finding = await addresses(path) { findings.append(finding) }
        return .findings(findings, orPassed: Self.summary(path.guest))
    }

    private static func summary(_ guest: Guest) -> String {
        let host = guest.port?.bindingHost.flatMap { $0.isEmpty ? nil : "on host \($0)" }
        let parts = [listed(guest.addresses) + " on \(guest.networkName)", guest.port?.status, host]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func listed(_ addresses: [IPAddress]) -> String {
        addresses.map { "\($0)" }.joined(separator: ", ")
    }

    private func unknown(_ path: GuestPath) -> Finding {
        let guest = path.guest
        let importing = path.service?.starts.importing(into: path.service?.guestStore)
        let remedy = (importing ?? guest.portCreation(project: guest.project)).map(Remedy.command)
        return Finding(
            .portUnknown, guest.name, "There is no port for \(guest.name) on \(guest.networkName).",
            evidence: "\(path.service?.guestStore ?? "Neutron") has no port of instance \(guest.instance)",
            remedy: remedy
                ?? .advice("Import the instance with `metapath instance import FILE`, or create its port in Neutron."))
    }

    // MARK: as Neutron has it

    private func unbound(_ guest: Guest) -> Finding? {
        guard let port = guest.port, let type = port.bindingType, ["unbound", "binding_failed"].contains(type) else {
            return nil
        }
        return Finding(
            .portBindingFailed, guest.name, "The port of \(guest.name) is not bound to a host.",
            evidence: Self.state(port.id, type, port.bindingHost), remedy: Self.plugging(guest))
    }

    private func down(_ guest: Guest) -> Finding? {
        guard let port = guest.port, port.status == "DOWN" else { return nil }
        return Finding(
            .portDown, guest.name, "The port of \(guest.name) is down.",
            evidence: Self.state(port.id, "DOWN", port.bindingHost), remedy: Self.plugging(guest))
    }

    private static func state(_ id: String?, _ state: String, _ host: String?) -> String {
        "port \(id ?? "without id"): \(state), host \(host.flatMap { $0.isEmpty ? nil : $0 } ?? "none")"
    }

    /// Neutron tries to bind a port, and tells the host's agent of it, whenever its host is set, to the same one too.
    private static func plugging(_ guest: Guest) -> Remedy {
        guard let id = guest.port?.id else { return .advice("Set the host of the port of \(guest.name) in Neutron.") }
        let known = guest.port?.bindingHost.flatMap { $0.isEmpty ? nil : ShellText.word($0) }
        let asked = "\"$(openstack server show \(guest.instance) -f value -c OS-EXT-SRV-ATTR:host)\""
        return .command("openstack port set --enable --host \(known ?? asked) \(id)")
    }

    private func double(_ path: GuestPath) async -> Finding {
        let others = path.doubles.map { "\($0.name) (\($0.instance))" }.joined(separator: ", ")
        return Finding(
            .addressTwice, path.guest.name,
            "\(path.guest.name) and \(others) have one address on \(path.guest.networkName).",
            evidence: Self.listed(path.guest.addresses), remedy: await separation(path))
    }

    /// A port whose instance the service does not know is left over; where there is none, the second moves.
    private func separation(_ path: GuestPath) async -> Remedy {
        var removals: [String] = []
        for guest in [path.guest] + path.doubles where await path.service?.knows(guest) == false {
            if let removal = guest.stalePortRemoval { removals.append(removal) }
        }
        if !removals.isEmpty { return .command(removals.map { "{ \($0); }" }.joined(separator: " && ")) }
        guard let second = path.doubles.first?.port, let id = second.id,
            let subnet = second.fixedIPs?.compactMap(\.subnetID).first
        else { return .advice("Give one of them another address, or remove the port that is left over.") }
        return .command("openstack port set --no-fixed-ip --fixed-ip subnet=\(subnet) \(id)")
    }

    // MARK: in the guest

    /// Only where the guest can be looked into.
    private func addresses(_ path: GuestPath) async -> Finding? {
        guard let namespace = path.guest.namespace, let devices = await path.guestDevices else { return nil }
        let own = devices.flatMap { device in device.addresses.map { (device, $0) } }
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
