import InstanceModel
import MetadataDocuments
import NetworkNamespaces

/// How a guest's request for the metadata address leaves it.
struct GuestRouteCheck: Check {
    let name = "guest route"
    let hop = Hop.guestRoute
    let looksAt = "The guest has a route to 169.254.169.254, as DHCP's option 121 gives it, or a default route."
    let byHand = "ip -n GUEST route get 169.254.169.254"
    let codes: [FindingCode] = [.guestRouteMissing]

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard let namespace = path.guest.namespace else {
            return .notRun("the guest is a virtual machine; run `ip route get \(MetadataAddress.ipv4)` in it")
        }
        let completion: NamespaceCommand.Completion
        do throws(LookFailure) {
            completion = try await path.host.run(["ip", "-j", "route", "get", MetadataAddress.ipv4], in: namespace)
        } catch {
            return .notRun(error.reason)
        }
        guard completion.status == 0 else { return .found([await missing(path, namespace, completion.errors)]) }
        return .passed(Self.summary(completion.output))
    }

    private func missing(_ path: GuestPath, _ namespace: String, _ said: String) async -> Finding {
        let device = await path.guestDevice
        let name = device?.name ?? "eth0"
        // A route goes with a device that is set down.
        let up = device?.isUp == false ? "ip -n \(namespace) link set \(name) up && " : ""
        let way = path.gateway.map { " via \($0) dev \(name) onlink" } ?? " dev \(name)"
        return Finding(
            .guestRouteMissing, path.guest.name, "\(path.guest.name) has no route to \(MetadataAddress.ipv4).",
            evidence: said.split(separator: "\n").first.map(String.init) ?? "no route",
            remedy: .command("\(up)ip -n \(namespace) route add \(MetadataAddress.ipv4)/32\(way)"))
    }

    private static func summary(_ listing: String) -> String {
        let route = (try? JSONValue(parsing: Array(listing.utf8)))?.items?.first
        let hop = route?["gateway"]?.text.map { "via \($0)" } ?? "on the link"
        return "\(hop), \(route?["dev"]?.text ?? "")"
    }
}

extension GuestPath {
    /// Of its network, or the router that is here for it; in a network's namespace the address itself is on the link.
    fileprivate var gateway: IPAddress? {
        if let gateway = guest.gateway { return gateway }
        guard let arrival, arrival.isRouter else { return nil }
        return arrival.device(of: guest)?.addresses.map(\.address).first { $0.family == .v4 }
    }
}
