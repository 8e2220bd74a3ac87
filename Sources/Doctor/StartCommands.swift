/// What starts the programs of the path, and brings the instances back, where no process can be seen that tells.
///
/// By default what systemd calls them on a host of OpenStack's; a lab knows its own.
public struct StartCommands: Sendable {
    public var agent = "systemctl restart neutron-metadata-agent"
    public var neutron = "systemctl restart neutron-server   # on the host where it runs"
    /// Of what answers, by URL.
    public var services: [String: String] = [:]
    /// Of whoever listens in a namespace, by its name.
    public var namespaces: [String: String] = [:]
    /// Of what makes a namespace and its devices, where Neutron's agents do not, by its name.
    public var makers: [String: String] = [:]
    /// Of one program that serves all namespaces.
    public var path: String?
    /// Describes the instances that this host has, for `metapath instance import`; nil where there is no such file.
    public var instanceFile: String?
    /// Sets this host's clock.
    public var clock = "chronyc makestep"

    public init() {}

    func service(at url: String) -> String {
        services[url] ?? "systemctl restart nova-api-metadata   # or whatever serves \(url)"
    }

    /// What puts the instances into a store of ours, such as `sqlite:PATH`; nil where one of the two is not known.
    public func importing(into store: String?) -> String? {
        guard let instanceFile, let store else { return nil }
        return "metapath instance import \(ShellText.word(instanceFile)) --store \(ShellText.word(store))"
    }
}

extension ServicePath {
    /// What starts whoever answers there, as its process tells it, or as it is known.
    func restart(ofServiceAt url: String) -> String {
        processes[url]?.restartCommand ?? starts.service(at: url)
    }

    /// What makes a side of the secret read its files again; nil where nothing is known of it.
    public func restart(_ holder: SecretHolder) -> String? {
        if let process = holder.process { return process.restartCommand }
        switch holder.reader {
        case .neutronAgent: return starts.agent
        case .nova: return endpoints.first.map { starts.service(at: $0.url) }
        case .metapath: return endpoints.first.flatMap { starts.services[$0.url] }
        }
    }
}
