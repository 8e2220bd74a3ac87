import Doctor
import InstanceModel
import Lab
import NetworkNamespaces

/// The guests of this host, each with the namespace and the service on its way.
struct GuestPlan {
    var catalogue: Catalogue?
    /// Nil where Neutron is not asked.
    var neutron: NeutronGuests?
    /// Nil where no lab stands: then guests are virtual machines.
    var lab: LabRecord?
    var namespaces: [NamespacePath]
    var services: [ServicePlan.Service]

    func paths(_ host: HostView) -> [GuestPath] {
        let known = (catalogue.map(guests) ?? []) + (neutron?.guests ?? []).map(placed)
        let guests = known + unknown(besides: known)
        let byPlace = Dictionary(
            grouping: known.flatMap { guest in guest.addresses.map { (guest, Place(guest.network, $0)) } }, by: \.1)
        return guests.compactMap { guest in
            let arrival = arrival(of: guest)
            // On another host, unless the lab has it here.
            if arrival == nil, guest.namespace == nil { return nil }
            let same = guest.addresses.flatMap { byPlace[Place(guest.network, $0)] ?? [] }.map(\.0)
            let service = services.first { $0.listeners.contains(arrival?.owner?.pid ?? -1) } ?? services.first
            return GuestPath(
                guest: guest, doubles: same.filter { $0.instance != guest.instance }, arrival: arrival,
                service: service?.path, host: host)
        }
    }

    /// In the lab, with the namespace that stands for the instance.
    private func placed(_ guest: Guest) -> Guest {
        var guest = guest
        let row = lab?.status.instances.first { $0.id == guest.instance }
        guest.namespace = row?.namespace
        guest.name = row?.name ?? guest.name
        return guest
    }

    private struct Place: Hashable {
        var network: NetworkID
        var address: IPAddress

        init(_ network: NetworkID, _ address: IPAddress) {
            self.network = network
            self.address = address
        }
    }

    /// One for each instance: by its first port, which is the one that it boots with.
    private func guests(of catalogue: Catalogue) -> [Guest] {
        let names = Dictionary(
            catalogue.networks.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let rows = Dictionary(
            (lab?.status.instances ?? []).map { ($0.id, $0.namespace) }, uniquingKeysWith: { first, _ in first })
        return catalogue.instances.compactMap { instance in
            guard let port = instance.ports.first(where: { $0.network != nil }), let network = port.network else {
                return nil
            }
            let gateway = network.subnets.compactMap(\.subnet.gateway).compactMap { IPAddress($0) }
            return Guest(
                instance: "\(instance.id)", name: instance.name ?? "\(instance.id)", project: instance.projectID,
                network: network.id, networkName: names[network.id] ?? "\(network.id)", macAddress: port.macAddress,
                addresses: port.fixedIPs.compactMap { IPAddress($0.address) },
                gateway: gateway.first { $0.family == .v4 }, namespace: rows["\(instance.id)"])
        }
    }

    /// Those that the lab has and the store, or Neutron, has not.
    private func unknown(besides known: [Guest]) -> [Guest] {
        guard catalogue != nil || neutron?.hasAnswered == true else { return [] }
        let ids = Set(known.map(\.instance))
        guard let all = lab?.catalogue else { return rows(besides: ids) }
        return guests(of: all).filter { $0.namespace != nil && !ids.contains($0.instance) }.map { guest in
            var guest = guest
            guest.hasPort = false
            return guest
        }
    }

    /// As much as the lab's own record tells of them.
    private func rows(besides ids: Set<String>) -> [Guest] {
        let networks = Dictionary(
            (catalogue?.networks ?? []).map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
        return (lab?.status.instances ?? []).filter { !ids.contains($0.id) }.compactMap { row in
            guard let name = row.networks.first, let network = networks[name] else { return nil }
            return Guest(
                instance: row.id, name: row.name, project: "", network: network, networkName: name, addresses: [],
                hasPort: false, namespace: row.namespace)
        }
    }

    /// A router of its network, or where there is none the network's own namespace.
    private func arrival(of guest: Guest) -> NamespacePath? {
        let ofStore = (catalogue?.routers ?? []).filter { $0.networks.contains(guest.network) }.map { "\($0.id)" }
        let ofNeutron = (neutron?.routers ?? [:]).filter { $0.value.contains(guest.network) }.map { "\($0.key)" }
        let routers = Set(ofStore + ofNeutron)
        let byRouter = namespaces.first { path in
            if case .router(let id) = path.kind { routers.contains(id) } else { false }
        }
        return byRouter
            ?? namespaces.first { path in
                switch path.kind {
                case .dhcp(let id), .ovnMetadata(let id): id == "\(guest.network)"
                case .router: false
                }
            }
    }
}
