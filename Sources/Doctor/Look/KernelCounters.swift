/// What the kernel has counted in a network namespace since it was made (`/proc/net/netstat`, `/proc/net/snmp`).
struct KernelCounters: Sendable, Equatable {
    /// Connections that were refused because a listener's backlog was full.
    var listenOverflows: Int
    /// Those, and connections that were refused for other reasons.
    var listenDrops: Int
    /// TCP segments that came in.
    var segments: Int

    /// Nil where the kernel does not tell.
    static func look(_ namespace: String, on host: HostView) async -> KernelCounters? {
        // `/proc/net` shows the namespace of whoever reads it.
        let listing = try? await host.output(["cat", "/proc/net/netstat", "/proc/net/snmp"], in: namespace)
        return listing.flatMap(KernelCounters.init)
    }

    /// Of each group one line of names and one of values: `Tcp: InSegs OutSegs`, `Tcp: 5 7`.
    init?(_ listing: String) {
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ") }
        var values: [String: Int] = [:]
        for (names, numbers) in zip(lines, lines.dropFirst()) where names.first == numbers.first {
            let group = names.first ?? ""
            for (name, number) in zip(names, numbers).dropFirst() { values["\(group)\(name)"] = Int(number) }
        }
        guard let overflows = values["TcpExt:ListenOverflows"], let drops = values["TcpExt:ListenDrops"],
            let segments = values["Tcp:InSegs"]
        else { return nil }
        listenOverflows = overflows
        listenDrops = drops
        self.segments = segments
    }
}
