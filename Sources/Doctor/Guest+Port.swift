import InstanceModel
import OpenStackAPI

/// What mends a guest's port in Neutron.
extension Guest {
    /// Makes the port with the guest's addresses; nil where they or the project are not known.
    func portCreation(project: String) -> String? {
        // Neutron gives addresses of automatic subnets by itself and lets nobody choose them.
        let chosen = addresses.filter { $0.family == .v4 }
        guard !chosen.isEmpty, !project.isEmpty else { return nil }
        var words = ["openstack", "port", "create", "--network", "\(network)"]
        words += chosen.flatMap { ["--fixed-ip", "ip-address=\($0)"] }
        if let macAddress { words += ["--mac-address", "\(macAddress)"] }
        words += ["--device", instance, "--device-owner", port?.deviceOwner ?? "compute:nova"]
        return "\(ShellText.words(words))\(onHost) \(ShellText.words(["--project", project, name]))"
    }

    /// Bound where it was, or where the guest runs.
    private var onHost: String {
        if let host = port?.bindingHost, !host.isEmpty { return " --host \(ShellText.word(host))" }
        return namespace == nil ? "" : " --host \"$(hostname)\""
    }

    /// The same in the place of the port that there is, which only its addresses tell where its id is not known.
    func portRenewal(project: String) -> Remedy {
        guard let creation = portCreation(project: project), let address = addresses.first(where: { $0.family == .v4 })
        else { return .advice("Make the port of \(name) anew in project \(project).") }
        let found = "$(openstack port list --network \(network) --fixed-ip ip-address=\(address) -f value -c ID)"
        return .command("openstack port delete \(port?.id ?? found) && \(creation)")
    }
}

extension Guest {
    /// Removes its port unless Nova has the instance after all; nil where the port's id is not known.
    var stalePortRemoval: String? {
        port?.id.map { "openstack server show \(instance) >/dev/null 2>&1 || openstack port delete \($0)" }
    }
}

extension ServicePath {
    /// Whether whoever answers has the instance, in its port's project; nil where it does not say.
    func knows(_ guest: Guest) async -> Bool? {
        guard let answering, let secret else { return nil }
        let headers = SignedHeaders.make(instance: guest.instance, project: guest.project, secret)
        switch await answering.ask("/latest/meta-data/instance-id", headers: headers) {
        case .success(let answer) where answer.status == 200: return true
        case .success(let answer) where answer.status == 404: return false
        default: return nil
        }
    }
}
