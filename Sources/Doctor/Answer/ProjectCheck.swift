import OpenStackAPI

/// Whose the port is, against whose the instance is: Nova answers only where both are one project's.
struct ProjectCheck: Check {
    let name = "project"
    let hop = Hop.project
    let looksAt = "The port in Neutron belongs to the project that the instance belongs to by the service's own data."
    let byHand =
        "openstack port show PORT -c project_id; mysql nova -e \"select project_id from instances where uuid = 'INSTANCE'\""
    let codes: [FindingCode] = [.wrongProject]

    func run(_ path: GuestPath) async -> CheckOutcome {
        switch path.owner {
        case nil: return .notApplicable
        case .failure(let failure): return .notRun(failure.reason)
        case .success(nil): return .notRun("the service's data have no such instance")
        case .success(let owner?) where owner == path.guest.project: return .passed("both \(owner)")
        case .success(let owner?): return .found([finding(path, owner)])
        }
    }

    private func finding(_ path: GuestPath, _ owner: String) -> Finding {
        let guest = path.guest
        return Finding(
            .wrongProject, guest.name,
            "The port of \(guest.name) belongs to project \(guest.project), and the instance to \(owner).",
            evidence: "port \(guest.port?.id ?? ""): \(guest.project); \(path.service?.recordsName ?? ""): \(owner)",
            remedy: guest.portRenewal(project: owner))
    }
}

extension ServicePath {
    fileprivate var recordsName: String? { try? records?.get().name }
}
