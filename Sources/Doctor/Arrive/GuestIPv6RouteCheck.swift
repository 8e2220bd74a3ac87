import InstanceModel
import MetadataDocuments
import NetworkNamespaces

/// How a guest's request for the metadata address of IPv6 leaves it.
struct GuestIPv6RouteCheck: Check {
    let name = "guest route over IPv6"
    let hop = Hop.guestRoute
    let looksAt =
        """
        Where its namespace serves IPv6, a guest that has IPv6 has a link-local address that is in use, and a way to \
        fe80::a9fe:a9fe: by the router, as its advertisement gives it, or on the link.
        """
    let byHand = "ip -n GUEST -6 address; ip -n GUEST -6 route get fe80::a9fe:a9fe oif eth0"
    let codes: [FindingCode] = [.guestIPv6RouteMissing]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard let arrival = path.arrival, arrival.destinations.contains(NamespacePath.metadataIPv6) else {
            return .notApplicable
        }
        guard let namespace = path.guest.namespace else {
            return .notRun(
                "the guest is a virtual machine; run `ip -6 route get \(MetadataAddress.ipv6) oif eth0` in it")
        }
        guard let device = await path.guestDevice else { return .notRun("its devices cannot be listed") }
        let addresses = device.addresses.filter { $0.address.family == .v6 }
        guard !addresses.isEmpty else { return .passed("no IPv6 address") }
        let local = addresses.filter(\.address.isLinkLocalIPv6)
        guard let own = local.first(where: \.isUsable) else { return .found([noAddress(path, device, local.first)]) }
        return await route(path, arrival, namespace, device, own.address)
    }

    private func route(
        _ path: GuestPath, _ arrival: NamespacePath, _ namespace: String, _ device: NetworkDevice, _ own: IPAddress
    ) async -> CheckOutcome {
        let arguments = ["ip", "-j", "-6", "route", "get", MetadataAddress.ipv6, "oif", device.name]
        do throws(LookFailure) {
            let completion = try await path.host.run(arguments, in: namespace)
            let route = (try? JSONValue(parsing: Array(completion.output.utf8)))?.items?.first
            let gateway = route?["gateway"]?.text
            if completion.status == 0, gateway != nil || arrival.hasMetadataIPv6 {
                return .passed("\(gateway.map { "via \($0)" } ?? "on the link"), \(device.name), from \(own)")
            }
            let said = completion.errors.split(separator: "\n").first.map(String.init)
            return .found([missing(path, arrival, device, said ?? "on the link, where nobody has the address")])
        } catch {
            return .notRun(error.reason)
        }
    }

    private func noAddress(
        _ path: GuestPath, _ device: NetworkDevice, _ there: NetworkDevice.Address?
    ) -> Finding {
        let namespace = path.guest.namespace ?? ""
        let state = there.map { "\($0.address) \($0.isDuplicate ? "dadfailed" : "tentative")" }
        let address = there?.address ?? device.macAddress?.linkLocalAddress
        let command = "ip -n \(namespace) address"
        let delete = there.map { "\(command) delete \($0.address)/\($0.prefixLength) dev \(device.name) && " } ?? ""
        return Finding(
            .guestIPv6RouteMissing, path.guest.name,
            "\(path.guest.name) has no link-local address that it can ask \(MetadataAddress.ipv6) from.",
            evidence: "\(device.name): \(state ?? "none beside its other IPv6 addresses")",
            remedy: address.map { .command("\(delete)\(command) add \($0)/64 dev \(device.name) nodad") }
                ?? .advice("Give \(device.name) in \(namespace) a link-local address."))
    }

    private func missing(
        _ path: GuestPath, _ arrival: NamespacePath, _ device: NetworkDevice, _ evidence: String
    ) -> Finding {
        let router = arrival.device(of: path.guest)?.addresses.map(\.address).first(where: \.isLinkLocalIPv6)
        let way = arrival.hasMetadataIPv6 ? "fe80::/64" : "\(MetadataAddress.ipv6)/128"
        let hop = arrival.hasMetadataIPv6 ? nil : router
        return Finding(
            .guestIPv6RouteMissing, path.guest.name, "\(path.guest.name) has no way to \(MetadataAddress.ipv6).",
            evidence: evidence,
            remedy: .command(
                "ip -n \(path.guest.namespace ?? "") -6 route replace \(way)\(hop.map { " via \($0)" } ?? "") "
                    + "dev \(device.name)\(hop == nil ? "" : " onlink")"))
    }
}

extension NamespacePath {
    /// Whether somebody on the network has it as an address, and not only a rule for it.
    fileprivate var hasMetadataIPv6: Bool {
        devices.contains { device in device.addresses.contains { $0.address == Self.metadataIPv6 } }
    }
}
