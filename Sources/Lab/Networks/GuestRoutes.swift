import InstanceModel
import NetworkNamespaces

/// The routes of one guest: what DHCP's options and router advertisements would give it (contract neutron.md §1.1,
/// §1.2). Of several ports, the first that leads somewhere wins.
struct GuestRoutes: Sendable {
    private var known: Set<String> = []

    /// Lines for `ip -batch`.
    mutating func lines(from device: LabDevice, in segment: LabSegment, port: Port) -> [String] {
        var lines: [String] = []
        func add(_ destination: String, via hop: IPAddress?) {
            guard let hop, known.insert(destination).inserted else { return }
            lines.append("route add \(destination) via \(hop) dev \(device.name) onlink")
        }
        for gateway in port.network?.subnets.compactMap(\.subnet.gateway).compactMap({ IPAddress($0) }) ?? [] {
            add(gateway.family == .v4 ? "0.0.0.0/0" : "::/0", via: gateway)
        }
        if port.fixedIPs.contains(where: { IPAddress($0.address)?.family == .v4 }) {
            let router = segment.routerAddresses.first { $0.family == .v4 }
            add("\(MetadataAddress.ipv4)/32", via: segment.isIsolated ? segment.dhcpAddress : router)
        }
        add("\(MetadataAddress.ipv6)/128", via: segment.routerLinkLocal)
        return lines
    }
}
