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

    func examination(
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> Examination {
        let there = try NetworkNamespace.list().compactMap { NamespaceKind(name: $0) }
        var survey = try await Survey.look(
            there.prefix(options.selection.isNarrow ? Self.sample : .max).map { Survey.Wanted($0) }, told: progress)
        var ours = try survey.processes.compactMap { try MetapathProcess($0) }
        let catalogue = try await catalogue(ours)
        if options.selection.isNarrow {
            let chosen = options.selection.namespaces(among: there, catalogue)
            survey = try await Survey.look(chosen.map { Survey.Wanted($0) }, told: progress)
            ours = try survey.processes.compactMap { try MetapathProcess($0) }
        }
        let lab = Self.lab()
        let neutron = catalogue == nil ? try await neutron(ours, survey.namespaces.map(\.kind)) : nil
        survey.namespaces += try await missing(lab, there: there)
        var services = try await ServicePlan(options: options, survey: survey, ours: ours).services()
        for index in services.indices { services[index].path.ports = neutron?.found }
        var namespaces = survey.namespaces
        for index in namespaces.indices {
            limit(&namespaces[index], ours)
            namespaces[index].startHint = startHint(survey, ours)
        }
        let guests = GuestPlan(
            catalogue: catalogue, neutron: neutron, lab: lab, namespaces: namespaces, services: services)
        return try options.selection.choose(
            Examination(
                namespaces: namespaces, services: services.map(\.path), guests: guests.paths(host), progress: progress),
            catalogue)
    }

    /// Of the store that is named, else of the one that serves guests here, else of the default; nil where there is none.
    private func catalogue(_ ours: [MetapathProcess]) async throws -> Catalogue? {
        var location = ours.compactMap(\.store).first
        if options.store.store != nil || location == nil {
            var configuration = try options.store.config.load()
            location = try options.store.location(&configuration)
        }
        guard case .sqlite(let path)? = location, FileManager.default.fileExists(atPath: path) else { return nil }
        return try await StoreOptions.open(.sqlite(path: path)).catalogue()
    }

    /// Where no store of ours has the instances and a file has an account for Neutron.
    private func neutron(_ ours: [MetapathProcess], _ kinds: [NamespaceKind]) async throws -> NeutronGuests? {
        let config =
            options.store.config.paths.isEmpty ? ours.first?.config ?? options.store.config : options.store.config
        var configuration = try config.load()
        guard let settings = NeutronSettings(&configuration) else { return nil }
        return await NeutronGuests(settings, kinds)
    }

    /// Namespaces that ought to be there and are not. Which host serves which router is nobody's to say but the lab's,
    /// where it is this one.
    private func missing(_ lab: LabStatus?, there: [NamespaceKind]) async throws -> [NamespacePath] {
        let wanted = (lab?.listeners ?? []).compactMap { row -> Survey.Wanted? in
            guard let kind = NamespaceKind(name: row.namespace), !there.contains(kind) else { return nil }
            return Survey.Wanted(kind, because: "the \(row.kind.rawValue) \(row.name)")
        }
        return try await Survey.look(wanted, host: host).namespaces
    }

    /// Whoever listens elsewhere on this host has lost this namespace. Where nobody listens at all and there is a store of
    /// ours, Metapath ought to.
    private func startHint(_ survey: Survey, _ ours: [MetapathProcess]) -> String? {
        if let process = ours.first { return process.facts.restartCommand }
        guard survey.processes.isEmpty, options.store.store != nil || Self.lab() != nil else { return nil }
        let files = options.store.config.paths.map { " --config-file \($0)" }.joined()
        return "metapath up\(files)\(options.store.store.map { " --store \($0)" } ?? "") &"
    }

    private func limit(_ path: inout NamespacePath, _ ours: [MetapathProcess]) {
        guard let process = ours.first(where: { $0.facts.pid == path.owner?.pid }) else { return }
        path.redirectPort = process.redirectPort
        guard let limits = process.guestLimits.configured else { return }
        let tightest = limits.base.requests <= limits.burst.requests ? limits.base : limits.burst
        path.rateLimit = tightest
        path.rateLimitFile = process.holder.files.last?.source
    }

    /// Nil where no lab stands.
    private static func lab() -> LabStatus? { try? Lab().status(looksForListeners: false) }
}
