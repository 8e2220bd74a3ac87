import NetworkNamespaces

/// What stands: one row per namespace that the lab has made.
public struct LabStatus: Codable, Hashable, Sendable {
    public var rows: [Row]
    /// What the lab runs for the guests; empty where it was brought up without a path.
    public var programs: [LabProgram] = []
    /// Who serves the guests; nil where the lab does not say.
    public var path: LabPath?
    /// The instances and networks, for `metapath instance import`; nil for the lab of `metapath lab run`.
    public var instanceFile: String?

    /// One router, network or instance.
    public struct Row: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, Sendable { case router, network, instance }

        public var kind: Kind
        public var name: String
        /// Its UUID.
        public var id: String
        public var namespace: String
        /// The names of the networks it is on; of a network, its own.
        public var networks: [String]
        /// With prefix length, in the order of its devices.
        public var addresses: [String]
        /// In the namespace, without its loopback.
        public var devices: [String] = []
        /// Whether somebody listens where the guests' requests arrive; nil for an instance.
        public var isListening: Bool?
        /// False when the namespace has been removed by other hands.
        public var exists: Bool

        init(_ kind: Kind, name: String, id: String, namespace: String, networks: [String], addresses: [String]) {
            self.kind = kind
            self.name = name
            self.id = id
            self.namespace = namespace
            self.networks = networks
            self.addresses = addresses
            self.isListening = kind == .instance ? nil : false
            self.exists = true
        }

        /// The port guests' requests arrive at in this namespace; nil for an instance.
        var port: UInt16? {
            switch kind {
            case .router: MetadataAddress.redirectPort
            case .network: MetadataAddress.port
            case .instance: nil
            }
        }
    }

    public var instances: [Row] { rows.filter { $0.kind == .instance } }
    /// The routers and networks that serve metadata.
    public var listeners: [Row] { rows.filter { $0.kind != .instance } }
}

/// What ``Lab/down()`` has removed.
public struct LabRemoval: Codable, Hashable, Sendable {
    /// Process numbers.
    public var processes: [Int32] = []
    public var namespaces: [String] = []
    /// Files and directories, the record of the lab last.
    public var files: [String] = []
}
