import InstanceModel
import NetworkNamespaces

/// One network as the lab builds it: its bridge, the addresses in use on it, and who serves metadata there.
struct LabSegment: Sendable {
    let network: Network
    let bridge: String
    /// A subnet, read.
    private struct Range: Sendable {
        var subnet: Subnet
        var cidr: CIDR
    }

    private let ranges: [Range]
    private let isRouted: Bool
    private var taken: Set<IPAddress>
    /// The addresses and the link-local address of the first router on it.
    private(set) var routerAddresses: [IPAddress] = []
    private(set) var routerLinkLocal: IPAddress?
    /// The IPv4 address of the DHCP device.
    private(set) var dhcpAddress: IPAddress?

    init(_ network: Network, bridge: String, in catalogue: Catalogue) throws(LabError) {
        self.network = network
        self.bridge = bridge
        var ranges: [Range] = []
        for subnet in network.subnets {
            guard let cidr = CIDR(subnet.cidr) else {
                throw LabError(
                    .catalogue,
                    "Expected a subnet such as 10.0.0.0/24 in network \(network.name), found “\(subnet.cidr)”.")
            }
            ranges.append(Range(subnet: subnet, cidr: cidr))
        }
        self.ranges = ranges
        isRouted = catalogue.routers.contains { $0.networks.contains(network.id) }
        let ports = catalogue.instances.flatMap(\.ports).filter { $0.network?.id == network.id }
        let known =
            ports.flatMap(\.fixedIPs).map(\.address)
            + network.subnets.flatMap { [$0.gateway, $0.dhcpServer].compactMap(\.self) }
        taken = Set(known.compactMap { IPAddress($0) })
    }

    /// No router leads its guests anywhere, or its subnets say that a DHCP agent is there.
    var needsDHCP: Bool { !isRouted || network.subnets.contains { $0.dhcpServer != nil } }

    /// True when guests reach the metadata address through the DHCP namespace.
    var isIsolated: Bool { !isRouted }

    /// A router's device. The first router has the gateways' addresses, any other one free addresses.
    mutating func addRouter(port: PortID) throws(LabError) -> LabDevice {
        let isFirst = routerLinkLocal == nil
        var addresses: [String] = []
        for range in ranges {
            let gateway = isFirst ? range.subnet.gateway.flatMap { IPAddress($0) } : nil
            let address = if let gateway { gateway } else { try freeAddress(in: range) }
            addresses.append("\(address)/\(range.cidr.prefixLength)")
            if isFirst { routerAddresses.append(address) }
        }
        let device = LabDevice(name: "qr-\(port.prefix)", mac: port.derivedMAC, addresses: addresses)
        if isFirst { routerLinkLocal = device.mac.linkLocalAddress }
        return device
    }

    /// The DHCP agent's device, which has the metadata addresses themselves.
    mutating func addDHCP(port: PortID) throws(LabError) -> LabDevice {
        var addresses: [String] = []
        for range in ranges {
            let server = range.subnet.dhcpServer.flatMap { IPAddress($0) }
            let address = if let server { server } else { try freeAddress(in: range) }
            addresses.append("\(address)/\(range.cidr.prefixLength)")
            if address.family == .v4 { dhcpAddress = dhcpAddress ?? address }
        }
        addresses += ["\(MetadataAddress.ipv4)/32", "\(MetadataAddress.ipv6)/128"]
        return LabDevice(name: "tap\(port.prefix)", mac: port.derivedMAC, addresses: addresses)
    }

    /// A guest's device, with its port's address and fixed addresses.
    func guestDevice(_ name: String, port: Port) -> LabDevice {
        let addresses = port.fixedIPs.compactMap { fixedIP -> String? in
            guard let address = IPAddress(fixedIP.address) else { return nil }
            let range = ranges.first { $0.cidr.contains(address) }
            return "\(address)/\(range?.cidr.prefixLength ?? address.bitWidth)"
        }
        return LabDevice(name: name, mac: port.macAddress ?? port.id.derivedMAC, addresses: addresses)
    }

    /// The lowest address after the first that nobody has.
    private mutating func freeAddress(in range: Range) throws(LabError) -> IPAddress {
        let base = range.cidr.network
        let hostBits = min(base.bitWidth - range.cidr.prefixLength, 16)
        for offset in 2..<max(3, UInt64(1) << UInt64(hostBits) - 1) {
            let candidate =
                base.family == .v4
                ? IPAddress(v4: UInt32(truncatingIfNeeded: base.low + offset))
                : IPAddress(v6High: base.high, low: base.low &+ offset)
            if range.cidr.contains(candidate), taken.insert(candidate).inserted { return candidate }
        }
        throw LabError(.catalogue, "No address is free in subnet \(range.subnet.cidr) of network \(network.name).")
    }
}
