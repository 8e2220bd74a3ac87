import ArgumentParser
import Doctor
import InstanceModel
import NetworkNamespaces

/// What `doctor` looks at.
struct DoctorOptions: ParsableArguments {
    @OptionGroup var selection: DoctorSelection
    @OptionGroup var store: StoreOptions
}

/// The part of the host that is asked for; everything by default.
struct DoctorSelection: ParsableArguments {
    @Option(help: ArgumentHelp("Look at one instance's path.", valueName: "name-or-id"))
    var instance: String?

    @Option(help: ArgumentHelp("Look at one network's path.", valueName: "id"))
    var network: String?

    @Flag(help: "Look at every network on this host that has ports; of its instances at one.")
    var all = false

    func validate() throws {
        guard [instance != nil, network != nil, all].filter(\.self).count < 2 else {
            throw ValidationError("--instance, --network and --all: expected one of them.")
        }
    }

    /// Not everything on this host.
    var isNarrow: Bool { instance != nil || network != nil }

    /// Those on the way of what is asked for, as far as the store tells.
    func namespaces(among there: [NamespaceKind], _ catalogue: Catalogue?) -> [NamespaceKind] {
        var networks: Set<String> = []
        if let instance {
            let found = catalogue?.instances.filter { "\($0.id)" == instance || $0.name == instance } ?? []
            networks = Set(found.flatMap(\.ports).compactMap(\.network).map { "\($0.id)" })
        } else if let network {
            let known = catalogue?.networks.first { "\($0.id)" == network || $0.name == network }
            networks = [known.map { "\($0.id)" } ?? network]
        }
        let routers = (catalogue?.routers ?? []).filter { router in
            router.networks.contains { networks.contains("\($0)") }
        }.map { "\($0.id)" }
        return there.filter { kind in
            switch kind {
            case .router(let id): routers.contains(id)
            case .dhcp(let id), .ovnMetadata(let id): networks.contains(id)
            }
        }
    }

    /// - Throws: ``CommandError`` where there is no such instance or network here.
    func choose(_ examination: Examination, _ catalogue: Catalogue?) throws -> Examination {
        var chosen = examination
        let place = isNarrow ? namespaces(among: examination.namespaces.map(\.kind), catalogue) : []
        if let instance {
            chosen.guests = examination.guests.filter { $0.guest.instance == instance || $0.guest.name == instance }
            guard !chosen.guests.isEmpty else {
                throw CommandError(
                    "--instance \(instance): no such instance is on a network that is served here; "
                        + "`metapath instance list` shows those of the store.")
            }
        } else if let network {
            chosen.guests = examination.guests.filter {
                "\($0.guest.network)" == network || $0.guest.networkName == network
            }
        } else if all {
            var seen: Set<NetworkID> = []
            chosen.guests = examination.guests.filter { seen.insert($0.guest.network).inserted }
        }
        guard isNarrow else { return chosen }
        // Neutron's networks are known by the guests on them.
        let arrivals = Set(chosen.guests.compactMap(\.arrival?.namespace))
        chosen.namespaces.removeAll { !place.contains($0.kind) && !arrivals.contains($0.namespace) }
        guard network == nil || !chosen.namespaces.isEmpty else {
            throw CommandError(
                "--network \(network ?? ""): no namespace here serves it; `ip netns list` shows those there are.")
        }
        return chosen
    }
}
