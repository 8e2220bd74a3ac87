/// A program that the lab runs for its guests, and how it is started again.
public struct LabProgram: Codable, Hashable, Sendable {
    public enum Role: String, Codable, Sendable {
        /// `metapath up`, which is the whole path.
        case path
        /// A haproxy in a namespace, as Neutron's agents start one.
        case haproxy
        /// The metadata agent at the haproxies' socket.
        case agent
        /// What answers signed requests.
        case service
        /// Neutron's API.
        case neutron
    }

    public var role: Role
    /// What `metapath lab start NAME` knows it by; of a haproxy its namespace.
    public var name: String
    /// The program's path first. One of them is a file of the lab's own, so that no other program is called like this.
    public var arguments: [String]
    /// Nil: the host's own.
    public var namespace: String?
    /// Where it answers, `http://HOST:PORT`; nil where it has no port in the host's namespace.
    public var url: String?

    /// A program that the lab has started has its name in this variable, so that whoever finds the process knows.
    public static let nameVariable = "METAPATH_LAB_PROGRAM"

    public init(_ role: Role, name: String, arguments: [String], namespace: String? = nil, url: String? = nil) {
        self.role = role
        self.name = name
        self.arguments = arguments
        self.namespace = namespace
        self.url = url
    }

    /// What ends it, where it runs, and starts it.
    public var restartCommand: String { "metapath lab restart \(name)" }
}
