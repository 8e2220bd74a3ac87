/// Neutron, of which guests' ports are known.
struct NeutronCheck: Check {
    let name = "Neutron"
    let hop = Hop.resolution
    let looksAt = "Neutron gives the ports of the networks that are served here, to the account of `[neutron]`."
    let byHand = "openstack port list; metapath serve --check --config-file FILE"
    let codes: [FindingCode] = [.neutronFails]

    func run(_ path: ServicePath) async -> CheckOutcome {
        switch path.ports {
        case nil: return .notApplicable
        case .success(let found): return .passed(found)
        case .failure(let failure):
            return .found([
                Finding(
                    .neutronFails, "Neutron", "Neutron does not give its ports.", evidence: failure.reason,
                    remedy: .command(path.starts.neutron))
            ])
        }
    }
}
