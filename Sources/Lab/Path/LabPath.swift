/// Who serves the guests of a lab.
public struct LabPath: Codable, Hashable, Sendable {
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// `metapath up`, for all networks.
        case metapath
        /// The pieces of an OpenStack: a haproxy in each namespace, rules of iptables, a metadata agent at a UNIX socket,
        /// Neutron's API and a service of Nova's kind.
        case stock
    }

    /// A Nova that is there already.
    public struct RunningNova: Codable, Hashable, Sendable {
        public var host: String
        public var port: Int
        /// The `nova.conf` that it reads, absolute.
        public var configFile: String

        public init(host: String, port: Int, configFile: String) {
            self.host = host
            self.port = port
            self.configFile = configFile
        }
    }

    public var kind: Kind
    /// The program `metapath`.
    public var executable: String
    /// Of the stock path, a program that is called as Neutron's metadata agent is; nil: ``AgentStandIn``.
    public var agent: String?
    /// Of the stock path; nil: `metapath serve`.
    public var nova: RunningNova?

    public init(_ kind: Kind, executable: String, agent: String? = nil, nova: RunningNova? = nil) {
        self.kind = kind
        self.executable = executable
        self.agent = agent
        self.nova = nova
    }
}

/// What a path is brought up with and does not keep.
public struct LabPathInput: Sendable {
    /// The networks and instances, for `metapath instance import`.
    public var instances: String
    /// Of the service that runs already; nil: one is made up.
    public var secret: String?

    public init(instances: String, secret: String? = nil) {
        self.instances = instances
        self.secret = secret
    }
}
