import InstanceModel

extension JSONText {
    /// `network_data.json` (contract nova.md §6). A route whose destination cannot be read is left out.
    mutating func writeNetworkData(_ ports: [Port]) {
        guard !ports.isEmpty else { return object { _ in } }
        let views = PortView.views(ports)
        let networks = views.flatMap { view in view.addressed.map { (view, $0.subnet, $0.address) } }
        object { text in
            text.key("links")
            text.array(views) { $0.writeLink($1) }
            text.key("networks")
            text.array(networks.enumerated()) { text, item in
                let (number, (view, subnet, address)) = item
                text.object { $0.writeNetwork(number: number, view, subnet, address: address) }
            }
            text.key("services")
            text.array(Self.nameServers(networks.map(\.1.subnet))) { $0.writeNameServer($1) }
        }
    }

    private mutating func writeLink(_ view: PortView) {
        let hasDHCPServer = view.network.subnets.contains { $0.subnet.dhcpServer?.isEmpty == false }
        object {
            $0.member("id", view.linkID)
            $0.member("vif_id", view.port.id.description)
            $0.member("type", view.linkType)
            $0.member("mtu", hasDHCPServer ? nil : view.network.mtu)
            $0.member("ethernet_mac_address", view.port.macAddress?.description)
        }
    }

    private mutating func writeNetwork(number: Int, _ view: PortView, _ subnet: SubnetView, address: String) {
        member("id", "network\(number)")
        member("type", subnet.networkType)
        member("link", view.linkID)
        if subnet.isConfiguredByDHCP { return member("network_id", view.network.id.description) }
        member("ip_address", address)
        member("netmask", subnet.range.netmask.description)
        writeRoutes(subnet)
        member("network_id", view.network.id.description)
        key("services")
        array(subnet.subnet.dns) { $0.writeNameServer($1) }
    }

    private mutating func writeRoutes(_ subnet: SubnetView) {
        let family = subnet.range.address.family
        let any = IPAddress.netmask(family, prefixLength: 0)
        key("routes")
        openArray()
        if let gateway = subnet.gateway { writeRoute(to: any, netmask: any, gateway: gateway) }
        for route in subnet.subnet.routes {
            guard let destination = CIDR(route.cidr) else { continue }
            writeRoute(to: destination.network, netmask: destination.netmask, gateway: route.gateway)
        }
        closeArray()
    }

    private mutating func writeRoute(to network: IPAddress, netmask: IPAddress, gateway: String) {
        object {
            $0.member("network", network.description)
            $0.member("netmask", netmask.description)
            $0.member("gateway", gateway)
        }
    }

    private mutating func writeNameServer(_ address: String) {
        object {
            $0.member("type", "dns")
            $0.member("address", address)
        }
    }

    /// The name servers of all subnets. One that an earlier subnet has named is left out; one that the same subnet
    /// names twice is not.
    private static func nameServers(_ subnets: [Subnet]) -> [String] {
        subnets.reduce(into: []) { known, subnet in
            let earlier = known
            known += subnet.dns.filter { !earlier.contains($0) }
        }
    }
}

extension PortView {
    private static let shownTypes: Set = ["bridge", "dvs", "hw_veb", "hyperv", "ovs", "tap", "vhostuser", "vif"]

    fileprivate var linkID: String {
        port.deviceName.flatMap { $0.isEmpty ? nil : $0 } ?? "interface\(number)"
    }

    fileprivate var linkType: String {
        port.type.flatMap { Self.shownTypes.contains($0) ? $0 : nil } ?? "phy"
    }
}

extension SubnetView {
    /// Whether the guest is to ask instead of being told its address.
    fileprivate var isConfiguredByDHCP: Bool {
        subnet.ipv6AddressMode == nil && (subnet.dhcpServer != nil || subnet.enableDHCP)
    }

    fileprivate var networkType: String {
        let family = range.address.family == .v4 ? "ipv4" : "ipv6"
        if let mode = subnet.ipv6AddressMode { return family + "_" + mode }
        return isConfiguredByDHCP ? family + "_dhcp" : family
    }
}
