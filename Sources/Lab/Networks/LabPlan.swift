import InstanceModel
import NetworkNamespaces

/// Namespaces, devices, addresses and routes that stand for a catalogue, as lines for `ip -batch`. Pure: it creates
/// nothing.
struct LabPlan: Sendable {
    /// One namespace and what is set up in it.
    struct Namespace: Sendable {
        var name: String
        /// Lines for `ip -batch`, run in it once its devices are there.
        var lines: [String] = ["link set lo up"]
        /// Those of a router.
        var rules: Rules?
    }

    /// Who leads a router's guests to the proxy.
    enum Rules: Sendable {
        /// The nftables table that `metapath` keeps.
        case metapaths
        /// iptables, as Neutron's L3 agent uses it.
        case neutrons
    }

    /// Holds all bridges, so that the host's own namespace stays as it is.
    let bridgeNamespace: String
    /// Lines that make bridges and cables, run in ``bridgeNamespace``.
    private(set) var links: [String] = []
    private(set) var namespaces: [Namespace] = []
    private(set) var rows: [LabStatus.Row] = []

    private let rules: Rules
    private var segments: [NetworkID: LabSegment] = [:]
    private var cables = 0

    /// - Throws: ``LabError`` `catalogue` when a router or port names a network that is not there, or a subnet cannot
    ///   be read or is full.
    init(_ catalogue: Catalogue, bridgeNamespace: String, rules: Rules = .metapaths) throws(LabError) {
        self.bridgeNamespace = bridgeNamespace
        self.rules = rules
        for (index, network) in catalogue.networks.enumerated() {
            let bridge = "br\(index + 1)"
            segments[network.id] = try LabSegment(network, bridge: bridge, in: catalogue)
            links += ["link add \(bridge) type bridge mcast_snooping 0", "link set \(bridge) addrgenmode none up"]
        }
        for router in catalogue.routers { try add(router) }
        for network in catalogue.networks { try addDHCP(network) }
        var names = LabNames()
        for instance in catalogue.instances { try add(instance, namespace: names.namespace(of: instance)) }
    }

    /// Every name that has to be free.
    var namespaceNames: [String] { [bridgeNamespace] + namespaces.map(\.name) }

    private mutating func add(_ router: Router) throws(LabError) {
        var namespace = Namespace(name: NamespaceKind.router(router.id.description).name, rules: rules)
        var row = LabStatus.Row(
            .router, name: router.name, id: router.id.description, namespace: namespace.name, networks: [],
            addresses: [])
        for id in router.networks {
            var segment = try segment(id, of: "router \(router.name)")
            let device = try segment.addRouter(port: PortID.derived(router.id, id))
            segments[id] = segment
            namespace.lines += connect(device, to: segment, in: namespace.name)
            row.networks.append(segment.network.name)
            row.addresses += device.addresses
            row.devices.append(device.name)
        }
        namespaces.append(namespace)
        rows.append(row)
    }

    /// The namespace of a network that no router serves, or that a DHCP agent does (contract neutron.md §1.2).
    private mutating func addDHCP(_ network: Network) throws(LabError) {
        guard var segment = segments[network.id], segment.needsDHCP else { return }
        let name = NamespaceKind.dhcp(network: network.id.description).name
        let device = try segment.addDHCP(port: PortID.derived(network.id, network.id))
        segments[network.id] = segment
        var namespace = Namespace(name: name)
        namespace.lines += connect(device, to: segment, in: name)
        namespaces.append(namespace)
        var row = LabStatus.Row(
            .network, name: network.name, id: network.id.description, namespace: name, networks: [network.name],
            addresses: device.addresses)
        row.devices = [device.name]
        rows.append(row)
    }

    private mutating func add(_ instance: Instance, namespace name: String) throws(LabError) {
        var namespace = Namespace(name: name)
        var row = LabStatus.Row(
            .instance, name: instance.name ?? instance.id.description, id: instance.id.description, namespace: name,
            networks: [], addresses: [])
        var routes = GuestRoutes()
        for (index, port) in instance.ports.filter({ $0.network != nil }).enumerated() {
            guard let id = port.network?.id else { continue }
            let segment = try segment(id, of: "instance \(row.name)")
            let device = segment.guestDevice("eth\(index)", port: port)
            namespace.lines += connect(device, to: segment, in: name)
            namespace.lines += routes.lines(from: device, in: segment, port: port)
            row.networks.append(segment.network.name)
            row.addresses += device.addresses
            row.devices.append(device.name)
        }
        namespaces.append(namespace)
        rows.append(row)
    }

    private func segment(_ id: NetworkID, of user: String) throws(LabError) -> LabSegment {
        if let segment = segments[id] { return segment }
        throw LabError(.catalogue, "The \(user) is on network \(id), which is not among the networks.")
    }

    /// Lays a cable from the segment's bridge into the namespace; the lines that set its far end up. Duplicate address
    /// detection is left out: it would cost a second, and the addresses are ours to give.
    private mutating func connect(_ device: LabDevice, to segment: LabSegment, in namespace: String) -> [String] {
        cables += 1
        links += [
            "link add p\(cables) type veth peer name \(device.name) address \(device.mac) netns \(namespace)",
            "link set p\(cables) addrgenmode none master \(segment.bridge) up",
        ]
        return ["link set \(device.name) addrgenmode none up"]
            + device.addresses.map { "address add \($0) dev \(device.name)" + ($0.contains(":") ? " nodad" : "") }
    }
}

/// A device at the far end of a cable.
struct LabDevice: Sendable {
    /// At most 15 bytes, as the kernel wants it.
    var name: String
    var mac: MACAddress
    /// With prefix length; the link-local one comes last.
    var addresses: [String]

    init(name: String, mac: MACAddress, addresses: [String]) {
        self.name = name
        self.mac = mac
        self.addresses = addresses + ["\(mac.linkLocalAddress)/64"]
    }
}
