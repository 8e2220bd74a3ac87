/// Whether a namespace's listener is too slow for its guests, or has too little room for those who wait.
///
/// Made after all others, so that what guests ask meanwhile counts.
struct OverflowCheck: Check {
    let name = "overflows"
    let hop = Hop.listener
    let looksAt =
        """
        While the doctor looked, the kernel turned away no connection because the listener's backlog was full. What it \
        has turned away before is told beside the listener.
        """
    let byHand = "ip netns exec NAMESPACE nstat -az TcpExtListenOverflows TcpExtListenDrops"
    let codes: [FindingCode] = [.listenerOverflows]

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let before = path.facts?.counters, let socket = path.listener(for: NamespacePath.metadataIPv4) else {
            return .notApplicable
        }
        guard let now = await KernelCounters.look(path.namespace, on: path.host) else {
            return .notRun("the kernel's counters cannot be read")
        }
        guard now.listenOverflows > before.listenOverflows else { return .passed("none meanwhile") }
        return .found([
            Finding(
                .listenerOverflows, path.namespace,
                "Guests behind \(path.namespace) are turned away: more wait at \(socket) than the \(socket.backlog) that may.",
                evidence:
                    "ListenOverflows \(before.listenOverflows), then \(now.listenOverflows); ListenDrops \(now.listenDrops)",
                remedy: .command(path.widening(socket)))
        ])
    }
}

extension NamespacePath {
    /// Room for more who wait: the kernel's limit, haproxy's where one listens, and a listener that is opened anew.
    fileprivate func widening(_ socket: ListeningSocket) -> String {
        let room = max(4096, socket.backlog * 4)
        let limit = command("sysctl -qw net.core.somaxconn=\(room)")
        guard let owner else { return "\(limit) && \(startCommand)" }
        // Metapath's sockets are kept by the process that keeps the worker.
        let holder = owner.isWorker ? owner.parent.flatMap { ProcessFacts(pid: $0) } : nil
        guard let file = haproxyFile else {
            let option = configFile.map {
                "sed -i '/^metadata_backlog/d' \($0) && "
                    + #"printf '\n[DEFAULT]\nmetadata_backlog = \#(room)\n' >> \#($0)"#
            }
            return [limit, option, (holder ?? owner).restartCommand].compactMap(\.self).joined(separator: " && ")
        }
        // A haproxy's backlog is its `maxconn` where nothing else is said.
        return #"\#(limit) && sed -i -E 's/^([ \t]*maxconn[ \t]+)[0-9]+/\1\#(room)/' \#(file) && \#(startCommand)"#
    }
}
