import InstanceModel
import NetworkNamespaces

/// The socket that guests' connections reach, and who has it.
struct ListenerCheck: Check {
    let name = "listener"
    let hop = Hop.listener
    let looksAt =
        """
        Somebody listens at the port where guests end, for IPv4 and IPv6; the process runs, takes connections as they \
        come, and has descriptors left.
        """
    let byHand = "ip netns exec NAMESPACE ss -ltnp"
    let codes: [FindingCode] = [
        .listenerMissing, .listenerIPv6Missing, .listenerStopped, .holderStopped, .listenerBacklogFull,
        .descriptorsShort,
    ]

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let facts = path.facts else { return .notRun("there is no namespace") }
        if case .failure(let failure) = facts.listeners { return .notRun(failure.reason) }
        guard let socket = path.listener(for: NamespacePath.metadataIPv4) else { return .found([missing(path)]) }
        var findings = [stopped(path), holderStopped(path), full(path, socket), shortOfDescriptors(path)].compactMap(
            \.self)
        for destination in path.destinations where path.listener(for: destination) == nil {
            findings.append(noIPv6(path, socket))
        }
        return .findings(findings, orPassed: "\(socket), \(Self.describe(path.owner))\(Self.refused(facts))")
    }

    private func missing(_ path: NamespacePath) -> Finding {
        let listeners = (try? path.facts?.listeners.get()) ?? []
        let others = listeners.map { "\($0)" }.joined(separator: ", ")
        return Finding(
            .listenerMissing, path.namespace,
            "Nobody listens at port \(path.port) in \(path.namespace).",
            evidence: others.isEmpty ? "no listener in the namespace" : "listeners there: \(others)",
            remedy: .command(path.startCommand))
    }

    /// A stopped process keeps its sockets, and the kernel goes on completing connections.
    private func stopped(_ path: NamespacePath) -> Finding? {
        guard let owner = path.owner, owner.isStopped else { return nil }
        return Finding(
            .listenerStopped, path.namespace,
            "The process \(owner.pid) (\(owner.program)) that listens in \(path.namespace) is stopped.",
            evidence: "/proc/\(owner.pid)/stat: state \(owner.state)", remedy: .command("kill -CONT \(owner.pid)"))
    }

    private func holderStopped(_ path: NamespacePath) -> Finding? {
        guard let owner = path.owner, owner.isWorker, let holder = owner.parent.flatMap({ ProcessFacts(pid: $0) }),
            holder.isStopped
        else { return nil }
        return Finding(
            .holderStopped, path.namespace,
            "The process \(holder.pid), which keeps the sockets and rules of process \(owner.pid), is stopped.",
            evidence: "/proc/\(holder.pid)/stat: state \(holder.state)", remedy: .command("kill -CONT \(holder.pid)"))
    }

    private func full(_ path: NamespacePath, _ socket: ListeningSocket) -> Finding? {
        guard socket.backlog > 0, socket.waiting >= socket.backlog else { return nil }
        return Finding(
            .listenerBacklogFull, path.namespace,
            "\(socket.waiting) connections wait to be accepted at \(socket) in \(path.namespace), as many as may.",
            evidence: "Recv-Q \(socket.waiting), Send-Q \(socket.backlog)",
            remedy: .command(path.startCommand))
    }

    private func shortOfDescriptors(_ path: NamespacePath) -> Finding? {
        guard let owner = path.owner, let used = owner.descriptors, let limit = owner.descriptorLimit,
            used * 10 > limit * 9
        else { return nil }
        return Finding(
            .descriptorsShort, path.namespace,
            "The process \(owner.pid) (\(owner.program)) has \(used) of \(limit) descriptors open.",
            evidence: "/proc/\(owner.pid)/fd, /proc/\(owner.pid)/limits",
            remedy: .command(raising(limit, of: owner, path)))
    }

    /// Beyond the hard limit the kernel wants a privilege that not every root has; who is started anew has its own limit.
    private func raising(_ limit: Int, of owner: ProcessFacts, _ path: NamespacePath) -> String {
        let command = "prlimit --pid \(owner.pid) --nofile="
        if let hard = owner.hardDescriptorLimit, hard > limit { return "\(command)\(min(limit * 4, hard)):" }
        return "\(command)\(limit * 4):\(limit * 4) || (\(path.startCommand))"
    }

    private func noIPv6(_ path: NamespacePath, _ socket: ListeningSocket) -> Finding {
        Finding(
            .listenerIPv6Missing, path.namespace,
            "Guests in \(path.namespace) are served at \(socket) and not over IPv6.",
            evidence: "nobody listens at [\(MetadataAddress.ipv6)]:\(path.port)",
            remedy: .command(path.startCommand))
    }

    private static func refused(_ facts: NamespaceFacts) -> String {
        guard let counters = facts.counters, counters.listenDrops > 0 else { return "" }
        return ", \(counters.listenDrops) connections refused so far, \(counters.listenOverflows) for a full backlog"
    }

    private static func describe(_ owner: ProcessFacts?) -> String {
        owner.map { "\($0.program), process \($0.pid)" } ?? "its process cannot be seen"
    }
}

extension NamespacePath {
    /// What brings a listener back.
    var startCommand: String {
        if let owner { return owner.restartCommand(in: owner.program == "haproxy" ? namespace : nil) }
        if let startHint { return startHint }
        return haproxyFile.map { command("haproxy -f \($0)") } ?? "systemctl restart \(kind.agentUnit)"
    }

    /// What the haproxy of this namespace reads: its own, or what Neutron's agents have written for it (contract
    /// neutron.md §2). Nil where another program listens.
    var haproxyFile: String? {
        if let owner {
            return owner.program == "haproxy" ? owner.values(of: "-f").first.map(owner.path) : nil
        }
        let id = String(kind.scope.drop { $0 != ":" }.dropFirst())
        return ["ns-metadata-proxy", "ovn-metadata-proxy"].map { "/var/lib/neutron/\($0)/\(id).conf" }
            .first { host.text(of: $0) != nil }
    }
}
