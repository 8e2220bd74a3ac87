import MetadataDocuments
import NetworkNamespaces

/// A device between guests and their namespace that takes smaller packets than they send: a port of a bridge or of
/// Open vSwitch.
struct NarrowDevice: Sendable, Equatable {
    /// Nil for the host's own.
    var namespace: String?
    var name: String
    /// Octets.
    var mtu: Int

    /// Those of the host and of namespaces that are neither a guest's nor Neutron's.
    static func look(below mtu: Int, besides guest: String?, on host: HostView) async -> [NarrowDevice] {
        let names = ((try? NetworkNamespace.list()) ?? []).filter { NamespaceKind(name: $0) == nil && $0 != guest }
        var found: [NarrowDevice] = []
        for namespace in [nil] + names.map(Optional.some) {
            guard let listing = try? await host.output(["ip", "-j", "link"], in: namespace) else { continue }
            found += list(listing, namespace, below: mtu)
        }
        return found
    }

    static func list(_ listing: String, _ namespace: String?, below mtu: Int) -> [NarrowDevice] {
        let items = (try? JSONValue(parsing: Array(listing.utf8)))?.items ?? []
        return items.compactMap { item in
            guard let name = item["ifname"]?.text, item["master"] != nil, let own = item["mtu"]?.number, own < mtu
            else { return nil }
            return NarrowDevice(namespace: namespace, name: name, mtu: own)
        }
    }

    func widening(to mtu: Int) -> String {
        "ip \(namespace.map { "-n \($0) " } ?? "")link set \(name) mtu \(mtu)"
    }
}
