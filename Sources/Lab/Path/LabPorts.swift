import Foundation
import InstanceModel
import MetadataDocuments

/// The ports of a lab as Neutron's API would give them: a list in JSON, one port a line, so that a fault can change one
/// with sed; routers' last.
enum LabPorts {
    static func text(of catalogue: Catalogue) -> String {
        let lines = catalogue.instances.flatMap(ports) + catalogue.routers.flatMap { ports(of: $0, in: catalogue) }
        let texts = lines.map { String(decoding: $0.serialised(), as: UTF8.self) }
        return "[\n\(texts.joined(separator: ",\n"))\n]\n"
    }

    private static func ports(of instance: Instance) -> [JSONValue] {
        instance.ports.compactMap { port in
            guard let network = port.network else { return nil }
            return object(
                port.id, network.id, device: "\(instance.id)", owner: "compute:nova", project: instance.projectID,
                mac: port.macAddress ?? port.id.derivedMAC, addresses: port.fixedIPs.map(\.address))
        }
    }

    private static func ports(of router: Router, in catalogue: Catalogue) -> [JSONValue] {
        catalogue.networks.filter { router.networks.contains($0.id) }.map { network in
            let id = PortID.derived(router.id, network.id)
            return object(
                id, network.id, device: "\(router.id)", owner: "network:router_interface", project: "",
                mac: id.derivedMAC, addresses: network.subnets.compactMap(\.gateway))
        }
    }

    private static func object(
        _ id: PortID, _ network: NetworkID, device: String, owner: String, project: String, mac: MACAddress,
        addresses: [String]
    ) -> JSONValue {
        [
            "id": .string("\(id)"), "network_id": .string("\(network)"), "device_id": .string(device),
            "device_owner": .string(owner), "project_id": .string(project), "mac_address": .string("\(mac)"),
            "fixed_ips": .array(addresses.map { ["ip_address": .string($0)] }), "status": .string("ACTIVE"),
            "admin_state_up": .boolean(true), "security_groups": .array([]),
            "binding:vif_type": .string("ovs"), "binding:host_id": .string(ownHost),
        ]
    }

    /// This host, as Neutron would call it.
    private static var ownHost: String { ProcessInfo.processInfo.hostName }
}
