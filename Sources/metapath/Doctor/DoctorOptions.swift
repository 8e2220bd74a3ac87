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

    /// - Throws: ``CommandError`` where there is no such instance or network here.
    func choose(_ examination: Examination, _ catalogue: Catalogue?) throws -> Examination {
        var chosen = examination
        if let instance {
            chosen.guests = examination.guests.filter { $0.guest.instance == instance || $0.guest.name == instance }
            guard !chosen.guests.isEmpty else {
                throw CommandError(
                    "--instance \(instance): no such instance is on a network that is served here; `metapath instance list` shows those of the store."
                )
            }
            let wanted = Set(chosen.guests.compactMap(\.arrival?.namespace))
            chosen.namespaces = examination.namespaces.filter { wanted.contains($0.namespace) }
        } else if let network {
            try choose(network: network, examination, catalogue, &chosen)
        } else if all {
            var seen: Set<NetworkID> = []
            chosen.guests = examination.guests.filter { seen.insert($0.guest.network).inserted }
        }
        return chosen
    }

    private func choose(
        network: String, _ examination: Examination, _ catalogue: Catalogue?, _ chosen: inout Examination
    ) throws {
        let known = catalogue?.networks.first { "\($0.id)" == network || $0.name == network }
        let id = known.map { "\($0.id)" } ?? network
        let routers = (catalogue?.routers ?? []).filter { $0.networks.contains { "\($0)" == id } }.map { "\($0.id)" }
        chosen.namespaces = examination.namespaces.filter { path in
            switch path.kind {
            case .router(let router): routers.contains(router)
            case .dhcp(let network), .ovnMetadata(let network): network == id
            }
        }
        guard !chosen.namespaces.isEmpty else {
            throw CommandError(
                "--network \(network): no namespace here serves it; `ip netns list` shows those there are.")
        }
        chosen.guests = examination.guests.filter { "\($0.guest.network)" == id }
    }
}
