import Doctor
import Foundation
import InstanceModel
import MetadataDocuments
import MetadataService
import OpenStackAPI
import OsloConfig

/// From whoever listens for guests to the services that answer them.
struct ServicePlan {
    var options: DoctorOptions
    var survey: Survey
    var ours: [MetapathProcess]
    /// Of the programs that cannot be seen.
    var starts: StartCommands

    /// A service path, and the processes that listen for the guests who take it.
    struct Service {
        var path: ServicePath
        var listeners: Set<Int32>
    }

    func services() async throws -> [Service] {
        var services: [Service] = []
        for process in ours { services.append(await service(process)) }
        services += try await stock()
        if services.isEmpty, let service = try await configured() { services.append(service) }
        for index in services.indices {
            addVendorData(to: &services[index].path)
            await addData(to: &services[index].path)
        }
        return services
    }

    /// What whoever answers is, and what it reads.
    private func addData(to path: inout ServicePath) async {
        path.starts = starts
        for endpoint in path.endpoints { path.processes[endpoint.url] = await process(of: endpoint) }
        guard let verifier = path.verifier else { return }
        let data = await ServiceRecords.look(verifier)
        (path.store, path.records) = (data.store, data.records)
        path.stores = data.facts.map { $0.cured(by: starts.importing(into: data.store), path.restart(verifier)) }
        guard verifier.reader == .nova, let process = verifier.process else { return }
        path.releases += [await Release.look(.nova, process)].compactMap(\.self)
    }

    /// Of files that could be wrong in other ways, which are not the doctor's concern.
    private func addVendorData(to path: inout ServicePath) {
        guard let files = path.verifier?.files else { return }
        var configuration = Configuration(files, options: Options.all)
        let settings = VendorDataSettings(&configuration)
        path.vendorData = settings.file.map { [.file($0)] } ?? []
        guard settings.providers.contains(.dynamicJSON) else { return }
        let place = configuration.entry(of: Options.vendorDataTargets)?.location
        path.vendorData += settings.targets.map { .target(name: $0.name, url: "\($0.url)", place) }
    }

    private func service(_ process: MetapathProcess) async -> Service {
        let name = "metapath \(process.role.rawValue)"
        let path: ServicePath
        if let upstream = process.upstream {
            path = ServicePath(
                name: name, signer: process.holder, verifier: await verifier(upstream.endpoints),
                endpoints: upstream.endpoints)
        } else {
            let endpoints = process.serviceURL.map { [MetadataEndpoint(url: $0)] } ?? []
            path = ServicePath(name: name, signer: nil, verifier: process.holder, endpoints: endpoints)
        }
        return Service(path: path, listeners: [process.facts.pid])
    }

    /// Neutron's haproxies: one path for each socket that they forward to.
    private func stock() async throws -> [Service] {
        let haproxies = survey.namespaces.filter { $0.haproxy?.socket != nil }
        var services: [Service] = []
        for (socket, paths) in Dictionary(grouping: haproxies, by: { $0.haproxy?.socket ?? "" }).sorted(by: {
            $0.key < $1.key
        }) {
            let haproxies = paths.compactMap(\.owner)
            var path = try await agent(await survey.agentSocket(socket, clients: haproxies))
            if let haproxy = haproxies.first, let release = await Release.look(.haproxy, haproxy) {
                path.releases.append(release)
            }
            services.append(Service(path: path, listeners: Set(haproxies.map(\.pid))))
        }
        return services
    }

    /// The agent behind a socket: Neutron's, or ours in its place.
    private func agent(_ socket: AgentSocketFacts) async throws -> ServicePath {
        let name = "agent at \(socket.path)"
        if let process = try socket.process.flatMap({ try MetapathProcess($0) }) {
            let endpoints = process.upstream?.endpoints ?? []
            return ServicePath(
                name: name, signer: process.holder, verifier: await verifier(endpoints), endpoints: endpoints,
                agentSocket: socket)
        }
        let config = try agentConfig(socket.process)
        // Without its files nothing is known of where it asks.
        let endpoints = config.sections.isEmpty ? [] : try Self.endpoints(config)
        var path = ServicePath(
            name: name, signer: SecretHolder(.neutronAgent, process: socket.process, files: config.sections),
            verifier: await verifier(endpoints), endpoints: endpoints, agentSocket: socket)
        if let process = socket.process {
            path.releases += [await Release.look(.neutron, process)].compactMap(\.self)
        }
        return path
    }

    /// The files that a running agent was told of, else those that it would read by itself.
    private func agentConfig(_ process: ProcessFacts?) throws -> ConfigOptions {
        let told = process.map { facts in facts.values(of: "--config-file").map(facts.path) } ?? []
        let asked = options.store.config.paths.filter(Self.isAgents)
        let usual = ["/etc/neutron/neutron.conf", "/etc/neutron/metadata_agent.ini"]
        let paths = told.isEmpty ? (asked.isEmpty ? usual : asked) : told
        return try ConfigOptions(reading: paths.filter(FileManager.default.isReadableFile))
    }

    /// Where the agent's options say that Nova is (contract neutron.md §4).
    private static func endpoints(_ config: ConfigOptions) throws -> [MetadataEndpoint] {
        var configuration = try config.load()
        let target = UpstreamTarget(ofAgent: &configuration)
        return UpstreamSettings([target], &configuration).endpoints
    }

    /// Who checks signatures at these services, where it is on this host.
    private func verifier(_ endpoints: [MetadataEndpoint]) async -> SecretHolder? {
        let asked = options.store.config.paths.filter { !Self.isAgents($0) }
        for endpoint in endpoints {
            guard let facts = await process(of: endpoint) else { continue }
            if let process = try? MetapathProcess(facts) { return process.holder }
            let told = facts.values(of: "--config-file").map(facts.path)
            let known = told.isEmpty ? asked : told
            let files = known.isEmpty ? ConfigOptions.novasPaths(facts.variable).map(facts.path) : known
            if let config = try? ConfigOptions(reading: files), !config.sections.isEmpty {
                return SecretHolder(.nova, process: facts, files: config.sections)
            }
        }
        guard let config = try? ConfigOptions(reading: asked), !config.sections.isEmpty else { return nil }
        return SecretHolder(.nova, process: nil, files: config.sections)
    }

    /// Nil where it is on another host, does not run or cannot be seen.
    private func process(of endpoint: MetadataEndpoint) async -> ProcessFacts? {
        guard let url = URLComponents(string: endpoint.url), let port = url.port,
            await survey.host.isHere(url.host ?? "")
        else { return nil }
        return await survey.process(listeningAt: port)
    }

    /// Where nobody listens for guests: what the files say of a service.
    private func configured() async throws -> Service? {
        let config = options.store.config
        guard !config.sections.isEmpty else { return nil }
        var configuration = try config.load()
        let location = try options.store.location(&configuration)
        let url = "http://\(ListenTarget(&configuration, location))"
        return Service(
            path: ServicePath(
                name: "service", signer: nil, verifier: SecretHolder(.metapath, process: nil, files: config.sections),
                endpoints: [MetadataEndpoint(url: url)]), listeners: [])
    }

    private static func isAgents(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return path.contains("neutron") || name.contains("agent")
    }
}
