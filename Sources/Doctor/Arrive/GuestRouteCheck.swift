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
        guard completion.status == 0 else { return .found([missing(path, namespace, completion.errors)]) }
        return .passed(Self.summary(completion.output))
    }

    private func missing(_ path: GuestPath, _ namespace: String, _ said: String) -> Finding {
        let hop = path.guest.gateway.map { " via \($0)" } ?? ""
        let link = hop.isEmpty ? "" : " onlink"
        return Finding(
            .guestRouteMissing, path.guest.name, "\(path.guest.name) has no route to \(MetadataAddress.ipv4).",
            evidence: said.split(separator: "\n").first.map(String.init) ?? "no route",
            remedy: .command("ip -n \(namespace) route add \(MetadataAddress.ipv4)/32\(hop) dev eth0\(link)"))
    }

    private static func summary(_ listing: String) -> String {
        let route = (try? JSONValue(parsing: Array(listing.utf8)))?.items?.first
        let hop = route?["gateway"]?.text.map { "via \($0)" } ?? "on the link"
        return "\(hop), \(route?["dev"]?.text ?? "")"
    }
}
