import Glibc
import InstanceModel
import NetworkNamespaces

/// Tenant networks on this machine: real bridges, cables, namespaces and NAT rules, as Neutron's agents would make them
/// for the same networks, routers and instances.
///
/// Nothing is added to the host's own namespace. Everything made is recorded first, so that ``down()`` removes exactly
/// that, whatever happened in between. One lab stands at a time per state directory. All methods block.
public struct Lab: Sendable {
    /// In memory, and emptied by a restart of the machine, as network namespaces are.
    public static let defaultStateDirectory = "/run/metapath-lab"

    let stateFile: LabStateFile
    /// Has all bridges; named as the state directory is.
    let bridgeNamespace: String

    public init(stateDirectory: String = Lab.defaultStateDirectory) {
        stateFile = LabStateFile(directory: stateDirectory)
        bridgeNamespace = stateDirectory.split(separator: "/").last.map(String.init) ?? "metapath-lab"
    }

    /// Brings up what the catalogue describes, and leaves it standing. On failure, and when `interruption` is raised, takes
    /// down what it has made so far.
    /// - Parameters:
    ///   - path: who serves the guests; nil: nobody yet.
    ///   - input: what a path needs, and what the lab is mended from.
    /// - Throws: ``LabError``: `notPermitted`, `unsupported`, `alreadyUp`, `foreignNamespace`, `catalogue`,
    ///   `commandFailed`, `interrupted`, `state`.
    @discardableResult
    public func up(
        _ catalogue: Catalogue, path: LabPath? = nil, input: LabPathInput? = nil, interruption: Interruption? = nil
    ) throws(LabError) -> LabStatus {
        if let path { try LabRequirements.check(programs: LabRequirements.programs(of: path)) }
        let rules: LabPlan.Rules = path?.kind == .stock ? .neutrons : .metapaths
        return try holding(catalogue, rules: rules, interruption: interruption) { () throws(LabError) in
            if let input { try keep(input.instances) }
            if let path { try bringUp(path, catalogue, input?.secret, interruption) }
            try update { $0.owner = nil }
            return try status(looksForListeners: path != nil)
        }
    }

    /// Brings the lab up with this process as its owner and runs `body`; takes it down again if `body` fails.
    func holding<Value>(
        _ catalogue: Catalogue, rules: LabPlan.Rules = .metapaths, interruption: Interruption?,
        _ body: () throws(LabError) -> Value
    ) throws(LabError) -> Value {
        try LabRequirements.check()
        let plan = try LabPlan(catalogue, bridgeNamespace: bridgeNamespace, rules: rules)
        try claim(plan)
        do throws(LabError) {
            try LabBuilder(plan: plan, interruption: interruption).build()
            return try body()
        } catch {
            _ = try? down()
            throw error
        }
    }

    /// Removes whatever the lab's record lists: processes, namespaces with all that is in them, files, in the reverse
    /// order of their making. A lab that is just being brought up by another process is ended. Nil when none stands.
    @discardableResult
    public func down() throws(LabError) -> LabRemoval? {
        guard var state = try stateFile.load() else { return nil }
        var removal = LabRemoval()
        if let owner = state.owner, owner.pid != getpid(), owner.isRunning {
            owner.end(patience: 30_000)
            removal.processes.append(owner.pid)
            guard let rest = try stateFile.load() else { return removal }
            state = rest
        }
        try LabRemover(state: state, directory: stateFile.directory).remove(&removal)
        stateFile.remove()
        removal.files.append(stateFile.path)
        return removal
    }

    /// What stands and whether anybody listens for its guests.
    /// - Throws: ``LabError`` `notUp` when no lab stands.
    /// - Parameter looksForListeners: one look into each namespace; without, nobody is said to listen.
    public func status(looksForListeners: Bool = true) throws(LabError) -> LabStatus {
        let names = Set(try asLabError { () throws(NamespaceError) in try NetworkNamespace.list() })
        let state = try standing()
        let rows = try inParallel(state.rows.count) { index throws(LabError) in
            var row = state.rows[index]
            row.exists = names.contains(row.namespace)
            guard looksForListeners, let port = row.port else { return row }
            row.isListening = (try? NetworkNamespace.listeningPorts(in: row.namespace).contains(port)) ?? false
            return row
        }
        return LabStatus(rows: rows, programs: state.programs, path: state.path, instanceFile: state.instanceFile)
    }

    /// Becomes a command in the namespace of an instance, or of a router or network, given by name, id or namespace.
    /// Proxy settings are taken out of the environment: they would lead a guest's requests elsewhere.
    /// - Parameter command: the user's shell if empty.
    /// - Throws: ``LabError``: `notUp`, `noSuchInstance`, `commandFailed`.
    public func exec(_ name: String, _ command: [String]) throws(LabError) -> Never {
        let shell = getenv("SHELL").map { String(cString: $0) } ?? "/bin/sh"
        let arguments = ["ip", "netns", "exec", try namespace(of: name)] + (command.isEmpty ? [shell] : command)
        guard let path = Executable.path(of: "ip") else { throw LabRequirements.missing("ip") }
        fflush(nil)
        _ = withCStrings(arguments) { arguments in
            withCStrings(GuestEnvironment.variables()) { execve(path, arguments, $0) }
        }
        throw LabError(.commandFailed, "Cannot start \(path): \(String(cString: strerror(errno))).")
    }

    /// The namespace of an instance, or of a router or network, given by name, id or namespace.
    public func namespace(of name: String) throws(LabError) -> String {
        let rows = try standing().rows
        let found = rows.filter { [$0.name, $0.id, $0.namespace].contains(name) }
        let instances = found.filter { $0.kind == .instance }
        let candidates = instances.isEmpty ? found : instances
        if candidates.count == 1 { return candidates[0].namespace }
        let choices = (candidates.isEmpty ? rows.filter { $0.kind == .instance } : candidates).prefix(10)
        throw LabError(
            .noSuchInstance,
            "Expected the name of one instance, found \(candidates.count) called “\(name)”. There are: "
                + choices.map { "\($0.name) (\($0.namespace))" }.joined(separator: ", ") + ".")
    }

    /// Changes the record of the lab that stands.
    func update(_ change: (inout LabState) -> Void) throws(LabError) {
        var state = try standing()
        change(&state)
        try stateFile.save(state)
    }

    func standing() throws(LabError) -> LabState {
        if let state = try stateFile.load() { return state }
        throw LabError(.notUp, "No lab stands: there is no \(stateFile.path). `metapath lab up` brings one up.")
    }

    /// Records what is about to be made, if none of it is there yet.
    private func claim(_ plan: LabPlan) throws(LabError) {
        let state = LabState(
            owner: RecordedProcess(pid: getpid()), namespaces: plan.namespaceNames,
            madeNamespaceDirectory: access(NetworkNamespace.directory, F_OK) != 0, rows: plan.rows)
        if try stateFile.load() == nil {
            let names = Set(try asLabError { () throws(NamespaceError) in try NetworkNamespace.list() })
            let foreign = plan.namespaceNames.filter(names.contains)
            guard foreign.isEmpty else {
                throw LabError(
                    .foreignNamespace,
                    "Network namespaces that the lab did not make have names it needs: "
                        + foreign.prefix(5).joined(separator: ", ") + (foreign.count > 5 ? ", …" : "")
                        + ". Nothing was changed. Use other ids and names, or remove them if nobody needs them.")
            }
        }
        try stateFile.claim(state)
    }
}
