import Doctor
import Foundation
import Identification
import InstanceModel
import InstanceStore
import Lab
import MetadataService
import NetworkNamespaces
import OsloConfig

/// What `doctor` is to look at, put together from what runs on this host, its files and the store.
struct DoctorPlan {
    var options: DoctorOptions
    let host = HostView()

    /// Namespaces that are enough to find who serves guests here.
    private static let sample = 8

    /// What the host shows before anything is checked.
    private struct FirstLook {
        var survey: Survey
        /// Those of ours that serve guests here.
        var ours: [MetapathProcess]
        var store: DoctorStore
    }

    func examination(
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> Examination {
        let names = try NetworkNamespace.list()
        let there =
            names.compactMap { NamespaceKind(name: $0) }.map { Survey.Wanted($0) }
            + MetapathProcess.namespaces(among: names)
        var look = try await firstLook(there, progress)
        let lab = Self.lab()
        let commands = LabCommands(lab)
        let neutron = try await neutron(look)
        look.survey.namespaces += try await missing(lab, there: there)
        var services = try await ServicePlan(options: options, survey: look.survey, ours: look.ours).services()
        for index in services.indices { services[index].path.ports = neutron?.found }
        if !services.isEmpty { services[0].path.stores = look.store.facts }
        let namespaces = look.survey.namespaces.map { understood($0, look, commands) }
        let guests = GuestPlan(
            catalogue: look.store.catalogue, neutron: neutron, lab: lab, namespaces: namespaces, services: services)
        return try options.selection.choose(
            Examination(
                namespaces: namespaces, services: services.map(\.path), guests: guests.paths(host), progress: progress),
            look.store.catalogue)
    }

    /// Where little is asked for, a few namespaces tell who serves guests here, and so which store says where to look.
    private func firstLook(
        _ there: [Survey.Wanted], _ progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> FirstLook {
        let isNarrow = options.selection.isNarrow
        var look = try await look(at: isNarrow ? Array(there.prefix(Self.sample)) : there, nil, progress)
        if isNarrow {
            let chosen = options.selection.namespaces(among: there.map(\.kind), look.store.catalogue)
            look = try await self.look(at: there.filter { chosen.contains($0.kind) }, look.store, progress)
        }
        return look
    }

    private func look(
        at wanted: [Survey.Wanted], _ known: DoctorStore?, _ progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> FirstLook {
        let survey = try await Survey.look(wanted, host: host, told: progress)
        let ours = try survey.processes.compactMap { try MetapathProcess($0) }
        let agents = try await survey.agents.compactMap { try MetapathProcess($0) }
        let store = if let known { known } else { try await store(ours + agents) }
        return FirstLook(survey: survey, ours: ours, store: store)
    }

    /// The store that is named, else the one that serves guests here, else the default.
    private func store(_ ours: [MetapathProcess]) async throws -> DoctorStore {
        let used = options.store.store == nil ? ours.first { $0.store != nil } : nil
        var configuration = try (used?.config ?? options.store.config).load()
        let location = try used?.store ?? options.store.location(&configuration)
        return await DoctorStore(
            location, &configuration, isUsed: options.store.store != nil || ours.contains { $0.store == location })
    }

    /// Where no store of ours has the instances and a file has an account for Neutron.
    private func neutron(_ look: FirstLook) async throws -> NeutronGuests? {
        guard look.store.catalogue == nil else { return nil }
        let isNamed = !options.store.config.paths.isEmpty
        let config = isNamed ? options.store.config : look.ours.first?.config ?? options.store.config
        var configuration = try config.load()
        guard let settings = NeutronSettings(&configuration) else { return nil }
        return await NeutronGuests(settings, look.survey.namespaces.map(\.kind))
    }

    /// Namespaces that ought to be there and are not. Which host serves which router is nobody's to say but the lab's,
    /// where it is this one.
    private func missing(_ lab: LabStatus?, there: [Survey.Wanted]) async throws -> [NamespacePath] {
        let wanted = (lab?.listeners ?? []).compactMap { row -> Survey.Wanted? in
            guard let kind = NamespaceKind(name: row.namespace), !there.contains(where: { $0.name == row.namespace })
            else { return nil }
            return Survey.Wanted(kind, because: "the \(row.kind.rawValue) \(row.name)")
        }
        return try await Survey.look(wanted, host: host).namespaces
    }

    /// With what is known of whoever serves it, or ought to.
    private func understood(_ path: NamespacePath, _ look: FirstLook, _ lab: LabCommands) -> NamespacePath {
        var path = path
        path.makeCommand = lab.making(path.namespace)
        path.startHint = lab.starting(path.namespace) ?? startHint(look)
        guard let process = look.ours.first(where: { $0.facts.pid == path.owner?.pid }) else { return path }
        path.redirectPort = process.redirectPort
        path.configFile = process.holder.files.last?.source
        guard let limits = process.guestLimits.configured else { return path }
        path.rateLimit = limits.base.requests <= limits.burst.requests ? limits.base : limits.burst
        path.rateLimitFile = process.rateLimitFile
        return path
    }

    /// Whoever listens elsewhere on this host has lost this namespace. Where nobody listens at all and there is a store of
    /// ours or a lab, Metapath ought to.
    private func startHint(_ look: FirstLook) -> String? {
        if let process = look.ours.first { return process.facts.restartCommand }
        guard look.survey.processes.isEmpty, options.store.store != nil || Self.lab() != nil else { return nil }
        let files = options.store.config.paths.map { " --config-file \($0)" }.joined()
        return "\(LabCommands.program) up\(files)\(options.store.store.map { " --store \($0)" } ?? "") &"
    }

    /// Nil where no lab stands.
    private static func lab() -> LabStatus? { try? Lab().status(looksForListeners: false) }
}
