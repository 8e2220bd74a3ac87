import InstanceModel

/// The interface file of instances on networks without DHCP, `/openstack/content/0000` (contract nova.md §5.6).
struct InjectedNetwork {
    private let interfaces: [PortView]

    /// Nil when no port qualifies: there is neither file nor `network_config` then.
    init?(_ ports: [Port]) {
        interfaces = PortView.views(ports).filter { view in
            view.network.injected && [view.v4, view.v6].allSatisfy { $0?.subnet.dhcpServer == nil }
        }
        if interfaces.isEmpty { return nil }
    }

    func write(into text: inout JSONText) {
        text.append(Self.heading)
        for view in interfaces {
            text.append("\nauto eth\(view.number)\n")
            for (subnet, address) in view.addressed {
                write(view, subnet, address, into: &text)
            }
        }
    }

    private func write(_ view: PortView, _ subnet: SubnetView, _ address: String, into text: inout JSONText) {
        let isV4 = subnet.range.address.family == .v4
        func line(_ name: String, _ value: String?) {
            if let value { text.append("    \(name) \(value)\n") }
        }
        text.append("iface eth\(view.number) \(isV4 ? "inet" : "inet6") static\n")
        line("hwaddress ether", view.port.macAddress?.description ?? "None")
        line("address", address)
        line("netmask", isV4 ? subnet.range.netmask.description : String(subnet.range.prefixLength))
        line("broadcast", isV4 ? Self.broadcast(subnet.range) : nil)
        line("gateway", subnet.gateway)
        line("dns-nameservers", subnet.subnet.dns.isEmpty ? nil : subnet.subnet.dns.joined(separator: " "))
    }

    /// Nil for point-to-point ranges, which have none.
    private static func broadcast(_ range: CIDR) -> String? {
        range.prefixLength > 30 ? nil : range.network.broadcast(prefixLength: range.prefixLength).description
    }

    private static let heading = """
        # Injected by Nova on instance boot
        #
        # This file describes the network interfaces available on your system
        # and how to activate them. For more information, see interfaces(5).

        # The loopback network interface
        auto lo
        iface lo inet loopback

        """
}
