import Foundation
import InstanceModel

extension InstanceFile {
    /// The catalogue as a YAML file. Reading it again gives the same catalogue.
    public static func yaml(_ catalogue: Catalogue) -> String {
        Export(catalogue).file.yaml
    }

    /// The catalogue as a JSON file. Reading it again gives the same catalogue.
    public static func json(_ catalogue: Catalogue) -> String {
        Export(catalogue).file.json
    }
}

/// Writes a catalogue in the import format, leaving out what reading fills in by itself.
struct Export {
    private let catalogue: Catalogue
    private let references: [NetworkID: String]

    init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        let names = Dictionary(grouping: catalogue.networks, by: \.name)
        references = Dictionary(
            catalogue.networks.map { network in
                let isClear = names[network.name]?.count == 1 && NetworkID(network.name) == nil
                return (network.id, isClear ? network.name : network.id.description)
            }, uniquingKeysWith: { first, _ in first })
    }

    var file: Written {
        var fields = FieldList()
        fields.list("networks", catalogue.networks.map(network))
        fields.list("routers", catalogue.routers.map(router))
        fields.list("instances", catalogue.instances.map(instance))
        return fields.isEmpty ? .fields([("instances", .list([]))]) : fields.written
    }

    func reference(_ id: NetworkID) -> String { references[id] ?? id.description }

    private func network(_ network: Network) -> Written {
        var fields = FieldList()
        fields.set("name", .text(network.name))
        fields.text("id", network.id.description, unless: Derived.networkID(name: network.name).description)
        fields.number("mtu", network.mtu)
        fields.bool("injected", network.injected, unless: false)
        fields.text("service_provider", network.serviceProvider)
        fields.list("subnets", network.subnets.map(subnet))
        return fields.written
    }

    private func subnet(_ subnet: Subnet) -> Written {
        var fields = FieldList()
        fields.set("cidr", .text(subnet.cidr))
        fields.text("gateway", subnet.gateway)
        fields.list("dns", subnet.dns.map(Written.text))
        fields.list("routes", subnet.routes.map { .fields([("to", .text($0.cidr)), ("via", .text($0.gateway))]) })
        fields.bool("dhcp", subnet.enableDHCP, unless: false)
        fields.text("dhcp_server", subnet.dhcpServer)
        fields.text("ipv6_mode", subnet.ipv6AddressMode)
        return fields.written
    }

    private func router(_ router: Router) -> Written {
        var fields = FieldList()
        fields.set("name", .text(router.name))
        fields.text("id", router.id.description, unless: Derived.routerID(name: router.name).description)
        fields.list("networks", router.networks.map { .text(reference($0)) })
        return fields.written
    }
}

/// Fields in the order they are written, without those that say nothing new.
struct FieldList {
    private var fields: [(name: String, value: Written)] = []

    var written: Written { .fields(fields) }
    var isEmpty: Bool { fields.isEmpty }

    mutating func set(_ name: String, _ value: Written) {
        fields.append((name, value))
    }

    /// A text whose absence in the file means `absent`; nil is written as null where that differs.
    mutating func text(_ name: String, _ value: String?, unless absent: String? = nil) {
        if value != absent { set(name, value.map(Written.text) ?? .null) }
    }

    mutating func number(_ name: String, _ value: Int?, unless absent: Int? = nil) {
        if value != absent { set(name, value.map(Written.number) ?? .null) }
    }

    mutating func bool(_ name: String, _ value: Bool?, unless absent: Bool? = nil) {
        if value != absent { set(name, value.map(Written.bool) ?? .null) }
    }

    mutating func list(_ name: String, _ items: [Written]) {
        if !items.isEmpty { set(name, .list(items)) }
    }
}
