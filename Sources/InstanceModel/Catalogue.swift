/// Networks, routers and instances that belong together: what one import file describes and one export writes.
public struct Catalogue: Hashable, Sendable, Codable {
    public var networks: [Network]
    public var routers: [Router]
    /// An `ec2Number` of 0, also of an image, asks the store for the next free number.
    public var instances: [Instance]

    public init(networks: [Network] = [], routers: [Router] = [], instances: [Instance] = []) {
        self.networks = networks
        self.routers = routers
        self.instances = instances
    }
}
