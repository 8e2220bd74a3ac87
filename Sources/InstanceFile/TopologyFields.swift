import InstanceModel

/// The whole file as it was read, before references are followed.
struct FileDraft {
    var networks: [NetworkDraft] = []
    var routers: [RouterDraft] = []
    var instances: [InstanceDraft] = []

    static let fields = FieldTable<FileDraft>([
        Field("networks", \.networks) { reader, value in
            reader.list(value, of: "networks") { reader.record($0, NetworkDraft(place: $0), by: NetworkDraft.fields) }
        },
        Field("routers", \.routers) { reader, value in
            reader.list(value, of: "routers") { reader.record($0, RouterDraft(place: $0), by: RouterDraft.fields) }
        },
        Field("instances", \.instances) { reader, value in
            reader.list(value, of: "instances") { item in
                reader.record(item, InstanceDraft(place: item), by: InstanceDraft.fields)
            }
        },
    ])
}

struct NetworkDraft {
    let place: FileValue
    var name = ""
    var id: NetworkID?
    var mtu: Int?
    var injected = false
    var serviceProvider: String?
    var subnets: [SubnetDraft] = []

    static let fields = FieldTable<NetworkDraft>([
        Field("name", \.name, required: "the network's name") { $0.text($1) },
        Field("id", \.id) { $0.identifier($1) },
        Field("mtu", \.mtu) { $0.integer($1, 68...65535) },
        Field("injected", \.injected) { $0.boolean($1) },
        Field("service_provider", \.serviceProvider) { $0.text($1) },
        Field("subnets", \.subnets) { reader, value in
            reader.list(value, of: "subnets") { reader.record($0, SubnetDraft(place: $0), by: SubnetDraft.fields) }
        },
    ])
}

struct SubnetDraft {
    let place: FileValue
    var subnet = Subnet(cidr: "")

    static let ipv6Modes = ["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]

    static let fields = FieldTable<SubnetDraft>([
        Field("cidr", \.subnet.cidr, required: "an address and prefix length such as 10.0.0.0/24") { $0.prefix($1) },
        Field("gateway", \.subnet.gateway) { $0.address($1) },
        Field("dns", \.subnet.dns) { reader, value in
            reader.list(value, of: "addresses") { reader.address($0) }
        },
        Field("routes", \.subnet.routes) { reader, value in
            reader.list(value, of: "routes") { item in
                reader.record(item, HostRoute(cidr: "", gateway: ""), by: HostRoute.fields)
            }
        },
        Field("dhcp", \.subnet.enableDHCP) { $0.boolean($1) },
        Field("dhcp_server", \.subnet.dhcpServer) { $0.address($1) },
        Field("ipv6_mode", \.subnet.ipv6AddressMode) { $0.choice($1, ipv6Modes) },
    ])
}

extension HostRoute {
    static let fields = FieldTable<HostRoute>([
        Field("to", \.cidr, required: "an address and prefix length such as 10.0.0.0/24") { $0.prefix($1) },
        Field("via", \.gateway, required: "an IPv4 or IPv6 address") { $0.address($1) },
    ])
}

struct RouterDraft {
    let place: FileValue
    var name = ""
    var id: RouterID?
    var networks: [NetworkReference] = []

    static let fields = FieldTable<RouterDraft>([
        Field("name", \.name, required: "the router's name") { $0.text($1) },
        Field("id", \.id) { $0.identifier($1) },
        Field("networks", \.networks) { reader, value in
            reader.list(value, of: "networks' names or ids") { NetworkReference(reader, $0) }
        },
    ])
}

/// The name or id of a network, as written.
struct NetworkReference {
    let place: FileValue
    let text: String

    init?(_ reader: FileReader, _ value: FileValue) {
        guard let text = reader.text(value, "the name or id of a network") else { return nil }
        self.place = value
        self.text = text
    }
}
