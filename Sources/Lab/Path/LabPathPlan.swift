import InstanceModel
import NetworkNamespaces

/// The files and programs of a path. Pure: it writes and starts nothing.
struct LabPathPlan: Sendable {
    /// Texts by the names that they have in the lab's directory.
    private(set) var files: [String: String] = [:]
    /// In the order of starting.
    private(set) var programs: [LabProgram] = []
    /// Stores that the instances are imported into, as `--store` names them.
    private(set) var stores: [String] = []

    private let path: LabPath
    private let catalogue: Catalogue
    private let directory: String
    private let secret: String

    static let servicePort = 8775
    static let neutronPort = 9696
    /// The names of files, for faults that break them.
    static let instances = "instances.yaml"

    init(_ path: LabPath, _ catalogue: Catalogue, _ rows: [LabStatus.Row], directory: String, secret: String) {
        self.path = path
        self.catalogue = catalogue
        self.directory = directory
        self.secret = secret
        switch path.kind {
        case .metapath: addMetapath()
        case .stock: addStock(rows.filter { $0.kind != .instance })
        }
    }

    // MARK: ours

    private mutating func addMetapath() {
        let store = "sqlite:\(place("instances.sqlite"))"
        files["nova.conf"] = """
            [DEFAULT]
            metadata_listen = 127.0.0.1

            [neutron]
            service_metadata_proxy = True
            metadata_proxy_shared_secret = \(secret)

            """
        stores.append(store)
        programs.append(
            LabProgram(
                .path, name: "metapath",
                arguments: [
                    path.executable, "up", "--config-file", place("nova.conf"), "--store", store, "--control-socket",
                    place("control"),
                ], url: "http://127.0.0.1:\(Self.servicePort)"))
    }

    // MARK: OpenStack's

    private mutating func addStock(_ listeners: [LabStatus.Row]) {
        files["neutron.json"] = LabPorts.text(of: catalogue)
        if path.nova == nil {
            addNeutron()
            addService()
        }
        addAgent()
        for row in listeners { addHaproxy(row) }
    }

    private mutating func addNeutron() {
        programs.append(
            LabProgram(
                .neutron, name: "neutron",
                arguments: [
                    path.executable, "lab", "stand-in", "neutron", "--ports", place("neutron.json"), "--port",
                    "\(Self.neutronPort)",
                ], url: "http://127.0.0.1:\(Self.neutronPort)"))
    }

    private mutating func addService() {
        let store = "sqlite:\(place("nova.sqlite"))"
        files["nova.conf"] = """
            [neutron]
            service_metadata_proxy = True
            auth_type = none
            endpoint_override = http://127.0.0.1:\(Self.neutronPort)
            metadata_proxy_shared_secret = \(secret)

            """
        stores.append(store)
        let url = "127.0.0.1:\(Self.servicePort)"
        programs.append(
            LabProgram(
                .service, name: "nova",
                arguments: [
                    path.executable, "serve", "--config-file", place("nova.conf"), "--store", store, "--listen", url,
                    "--control-socket", place("control"),
                ], url: "http://\(url)"))
    }

    private mutating func addAgent() {
        let host = path.nova?.host ?? "127.0.0.1"
        files["metadata_agent.ini"] = """
            [DEFAULT]
            metadata_proxy_shared_secret = \(secret)
            metadata_proxy_socket = \(place("metadata_proxy"))
            nova_metadata_host = \(host)
            nova_metadata_port = \(path.nova?.port ?? Self.servicePort)
            # What Neutron's server would tell the agent.
            ports = \(place("neutron.json"))

            """
        let program = path.agent.map { [$0] } ?? [path.executable, "lab", "stand-in", "agent"]
        programs.append(
            LabProgram(.agent, name: "agent", arguments: program + ["--config-file", place("metadata_agent.ini")]))
    }

    private mutating func addHaproxy(_ row: LabStatus.Row) {
        let name = "\(row.namespace).conf"
        files[name] = HaproxyText.configuration(of: row, socket: place("metadata_proxy"))
        programs.append(
            LabProgram(
                .haproxy, name: row.namespace, arguments: ["haproxy", "-f", place(name)], namespace: row.namespace))
    }

    private func place(_ name: String) -> String { "\(directory)/\(name)" }
}
