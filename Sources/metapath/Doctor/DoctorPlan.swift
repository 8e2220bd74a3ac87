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
        let lab = LabRecord.look()
        let starts = lab.map { StartCommands($0.status) } ?? StartCommands()
        let plan = ServicePlan(options: options, survey: look.survey, ours: look.ours, starts: starts)
        var services = try await plan.services()
        let account = account(look, services)
        look.survey.namespaces += try await missing(lab, there: there)
        var neutron: NeutronGuests?
        if let account {
            neutron = await NeutronGuests(account.settings, look.survey.namespaces.map(\.kind))
            if look.store.catalogue != nil { look.store.leaveOut() }
        }
        for index in services.indices { complete(&services[index].path, look, neutron, account) }
        if !services.isEmpty { services[0].path.add(stores(look, starts)) }
        let namespaces = look.survey.namespaces.map { understood($0, look, starts, lab) }
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
            let store = look.store
            let chosen =
                store.isDecisive
                ? Set(options.selection.namespaces(among: there.map(\.kind), store.catalogue)) : Set(there.map(\.kind))
            look = try await self.look(at: there.filter { chosen.contains($0.kind) }, store, progress)
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

    /// Where no store of ours has the instances: of the files that are named, else of those of whoever resolves guests
    /// or checks signatures here.
    private func account(_ look: FirstLook, _ services: [ServicePlan.Service]) -> NeutronAccount? {
        guard !look.store.isDecisive else { return nil }
        let config = options.store.config
        let used = services.flatMap { [$0.path.signer, $0.path.verifier] }.compactMap { $0?.files }
        let candidates = config.paths.isEmpty ? used + [config.sections] : [config.sections]
        return candidates.lazy.compactMap(NeutronAccount.init).first
    }

    /// With what is known of guests and their ports.
    private func complete(
        _ path: inout ServicePath, _ look: FirstLook, _ neutron: NeutronGuests?, _ account: NeutronAccount?
    ) {
        path.ports = neutron?.found
        path.clocks = neutron?.clocks ?? []
        path.guestStore = look.store.catalogue == nil ? nil : "\(look.store.location)"
        path.agentReplacement = AgentReplacement(path, look.store, account)?.command
    }

    /// What a store of ours held can be imported again, where there is a file of it.
    private func stores(_ look: FirstLook, _ starts: StartCommands) -> [StoreFacts] {
        let importing = starts.importing(into: "\(look.store.location)")
        let user = look.ours.first { $0.store == look.store.location }
        return look.store.facts.map { $0.cured(by: importing, user?.facts.restartCommand ?? starts.path) }
    }

    /// Namespaces that ought to be there and are not. Which host serves which router is nobody's to say but the lab's,
    /// where it is this one.
    private func missing(_ lab: LabRecord?, there: [Survey.Wanted]) async throws -> [NamespacePath] {
        let names = Set(there.map(\.name))
        let wanted = (lab?.status.listeners ?? []).compactMap { row -> Survey.Wanted? in
            guard let kind = NamespaceKind(name: row.namespace), !names.contains(row.namespace) else { return nil }
            return Survey.Wanted(kind, because: "the \(row.kind.rawValue) \(row.name)")
        }
        return try await Survey.look(wanted, host: host).namespaces
    }

    /// With what is known of whoever serves it, or ought to.
    private func understood(
        _ path: NamespacePath, _ look: FirstLook, _ starts: StartCommands, _ lab: LabRecord?
    ) -> NamespacePath {
        var path = path
        path.makeCommand = starts.makers[path.namespace]
        path.startHint = starts.namespaces[path.namespace] ?? startHint(look, starts, lab)
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
    private func startHint(_ look: FirstLook, _ starts: StartCommands, _ lab: LabRecord?) -> String? {
        if let process = look.ours.first { return process.facts.restartCommand }
        if let path = starts.path { return path }
        guard look.survey.processes.isEmpty, options.store.store != nil || lab != nil else { return nil }
        let files = options.store.config.paths.map { " --config-file \($0)" }.joined()
        return "metapath up\(files)\(options.store.store.map { " --store \($0)" } ?? "") &"
    }
}

extension ServicePath {
    /// Each of them once: whoever answers may read what the doctor reads.
    fileprivate mutating func add(_ facts: [StoreFacts]) {
        stores = facts + stores.filter { old in !facts.contains { $0.name == old.name } }
    }
}
