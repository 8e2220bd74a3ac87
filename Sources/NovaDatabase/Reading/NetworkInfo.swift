import InstanceModel
import MetadataDocuments

/// `instance_info_caches.network_info`: the ports with their networks, as Nova last heard of them from Neutron
/// (contract nova.md §10.3).
enum NetworkInfo {
    /// - Throws: ``BlobError``, also for a missing text: without it nothing is known of the instance's network.
    static func ports(_ text: [UInt8]?) throws(BlobError) -> [Port] {
        guard let text, case .array(let items) = try JSONValue.blob(text) else {
            throw BlobError(description: "expected a list of interfaces, found none")
        }
        var ports: [Port] = []
        for item in items { ports.append(try port(item)) }
        return ports
    }

    private static func port(_ vif: JSONValue) throws(BlobError) -> Port {
        guard let id = vif["id"]?.text.flatMap({ PortID($0) }) else {
            throw BlobError(description: "expected an interface's id to be a UUID")
        }
        return Port(
            id: id, macAddress: vif["address"]?.text.flatMap { MACAddress($0) }, type: vif["type"]?.text,
            deviceName: vif["devname"]?.text, network: try vif["network"].map(network))
    }

    private static func network(_ found: JSONValue) throws(BlobError) -> PortNetwork {
        guard let id = found["id"]?.text.flatMap({ NetworkID($0) }) else {
            throw BlobError(description: "expected a network's id to be a UUID")
        }
        return PortNetwork(
            id: id, mtu: found.meta("mtu")?.number, injected: found.meta("injected")?.isTruthy ?? false,
            subnets: found["subnets"]?.items.map(subnet) ?? [])
    }

    private static func subnet(_ found: JSONValue) -> PortSubnet {
        let subnet = Subnet(
            cidr: found["cidr"]?.text ?? "", gateway: found["gateway"]?["address"]?.text,
            dns: found["dns"]?.items.compactMap { $0["address"]?.text } ?? [],
            routes: found["routes"]?.items.compactMap(route) ?? [],
            enableDHCP: found.meta("enable_dhcp")?.isTruthy ?? false, dhcpServer: found.meta("dhcp_server")?.text,
            ipv6AddressMode: found.meta("ipv6_address_mode")?.text)
        return PortSubnet(subnet: subnet, fixedIPs: found["ips"]?.items.compactMap(fixedIP) ?? [])
    }

    private static func route(_ found: JSONValue) -> HostRoute? {
        guard let cidr = found["cidr"]?.text, let gateway = found["gateway"]?["address"]?.text else { return nil }
        return HostRoute(cidr: cidr, gateway: gateway)
    }

    private static func fixedIP(_ found: JSONValue) -> FixedIP? {
        found["address"]?.text.map { address in
            FixedIP(
                address: address, floatingIPs: found["floating_ips"]?.items.compactMap { $0["address"]?.text } ?? [])
        }
    }
}

extension JSONValue {
    /// A member of `meta`, or of the object itself: Nova moves what it does not know there when it reads.
    fileprivate func meta(_ key: String) -> JSONValue? {
        self[key] ?? self["meta"]?[key]
    }
}
