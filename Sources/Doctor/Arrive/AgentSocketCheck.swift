import Foundation
import NetworkNamespaces

/// The UNIX socket between haproxies and agent: there, open to the haproxies, somebody behind it who answers.
struct AgentSocketCheck: Check {
    let name = "agent socket"
    let hop = Hop.agentSocket
    let looksAt =
        """
        The socket that the haproxies forward to exists, their user may connect, the agent listens, has room in its \
        backlog and answers.
        """
    let byHand = "ls -l SOCKET; ss -xlp src SOCKET; curl --unix-socket SOCKET http://metadata/"
    let codes: [FindingCode] = [
        .agentSocketMissing, .agentSocketDead, .agentSocketMode, .agentSocketFull, .agentSocketSilent,
    ]

    /// Seconds.
    private static let patience = 5

    func run(_ path: ServicePath) async -> CheckOutcome {
        guard let socket = path.agentSocket else { return .notApplicable }
        guard socket.exists else {
            return found(
                .agentSocketMissing, socket, "There is no socket \(socket.path) for the haproxies to forward to.",
                evidence: "\(socket.path) does not exist", start(path))
        }
        guard let listener = socket.listener else {
            return found(
                .agentSocketDead, socket, "Nobody listens at the socket \(socket.path).",
                evidence: "ss -xl does not list it", start(path))
        }
        var findings: [Finding] = []
        if !socket.admitsClient { findings.append(mode(socket)) }
        // One more than the backlog may wait.
        if listener.waiting > listener.backlog { findings.append(full(socket, listener, path)) }
        if findings.isEmpty, await isSilent(socket) { findings.append(silent(socket, path)) }
        return .findings(
            findings, orPassed: "\(socket.path), mode \(Self.octal(socket.mode)), backlog \(listener.backlog)")
    }

    private func mode(_ socket: AgentSocketFacts) -> Finding {
        let user = socket.client?.user ?? 0
        return Finding(
            .agentSocketMode, socket.path, "The haproxies' user \(user) may not connect to \(socket.path).",
            evidence: "mode \(Self.octal(socket.mode)), owner \(socket.owner):\(socket.group)",
            remedy: .command("chmod \(socket.clientClass)+w \(socket.path)"))
    }

    private func full(
        _ socket: AgentSocketFacts, _ listener: AgentSocketFacts.Listener, _ path: ServicePath
    ) -> Finding {
        Finding(
            .agentSocketFull, socket.path,
            "\(listener.waiting) connections wait at \(socket.path), where \(listener.backlog) may: haproxy answers more with 503.",
            evidence: "Recv-Q \(listener.waiting), Send-Q \(listener.backlog)", remedy: wake(socket) ?? start(path))
    }

    private func silent(_ socket: AgentSocketFacts, _ path: ServicePath) -> Finding {
        let wake = wake(socket)
        return Finding(
            .agentSocketSilent, socket.path, "Whoever listens at \(socket.path) does not answer.",
            evidence: "connected, nothing for \(Self.patience) s" + (wake == nil ? "" : "; the process is stopped"),
            remedy: wake ?? start(path))
    }

    /// Nil where the process is not stopped.
    private func wake(_ socket: AgentSocketFacts) -> Remedy? {
        socket.process.flatMap { $0.isStopped ? .command($0.wakeCommand) : nil }
    }

    private func isSilent(_ socket: AgentSocketFacts) async -> Bool {
        // Two scopes, which are refused before anybody is asked whose the address is (contract neutron.md §3.2).
        let scopes = ["Network", "Router"].flatMap { ["-H", "X-Neutron-\($0)-ID: \(UUID().uuidString.lowercased())"] }
        let arguments =
            [
                "curl", "-s", "-o", "/dev/null", "--max-time", "\(Self.patience)", "--unix-socket", socket.path, "-H",
                "X-Forwarded-For: 192.0.2.1",
            ] + scopes + ["http://metadata/"]
        let completion = try? await HostView().run(arguments)
        return completion?.status == 28
    }

    private func start(_ path: ServicePath) -> Remedy {
        let process = path.agentSocket?.process ?? path.signer?.process
        return .command(process?.restartCommand ?? path.starts.agent)
    }

    private func found(
        _ code: FindingCode, _ socket: AgentSocketFacts, _ text: String, evidence: String, _ remedy: Remedy
    ) -> CheckOutcome {
        .found([Finding(code, socket.path, text, evidence: evidence, remedy: remedy)])
    }

    private static func octal(_ mode: Int) -> String { "0" + String(mode, radix: 8) }
}
