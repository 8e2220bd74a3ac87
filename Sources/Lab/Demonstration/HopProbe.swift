import Foundation
import InstanceModel
import NetworkNamespaces

/// One request of a guest, with everything on its way asked what it did: curl, the router's counters, the access log.
struct HopProbe: Sendable {
    var guest: LabStatus.Row
    /// The router or network whose namespace the request arrives in.
    var listener: LabStatus.Row
    var url: String
    var accessLog: String
    /// To show names beside ids.
    var instances: [Instance]
    var transcript: Transcript

    /// Prints the request and the router's counters. The hops in the order the request passes them.
    func measure() throws(LabError) -> HopTable {
        let redirected = try redirections()
        let start = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let times = try ask()
        var table = HopTable()
        table.rows.append(.init(hop: "instance", decision: "\(guest.name) asks \(url)", time: times.total))
        if redirect != nil {
            let count = try redirections() - redirected
            try transcript.run("ip netns exec \(listener.namespace) nft list counters table inet metapath")
            let decision = "port 80 to \(MetadataAddress.redirectPort): \(count) connection by rule in \(listener.name)"
            table.rows.append(.init(hop: "router", decision: decision, time: times.connect))
        }
        table.rows += rows(for: try logged(since: start))
        return table
    }

    private var scope: String { NamespaceKind(name: listener.namespace)?.scope ?? listener.namespace }

    private var redirect: MetadataRedirect? {
        listener.kind == .router ? MetadataRedirect(namespace: listener.namespace) : nil
    }

    /// Connections the router has redirected so far.
    private func redirections() throws(LabError) -> Int {
        guard let redirect else { return 0 }
        let counters = try asLabError { () throws(NamespaceError) in try redirect.counters() }
        return counters.redirectedIPv4 + counters.redirectedIPv6
    }

    /// Until the connection stood, and until the answer was there; in nanoseconds, as curl measures.
    private func ask() throws(LabError) -> (connect: Int, total: Int) {
        let format = #"-o /dev/null -w 'connect %{time_connect} s, total %{time_total} s\n' "#
        let output = try transcript.run(guest.curl(url, options: format))
        let numbers = output.split(separator: " ").compactMap { Double($0) }.map { Int($0 * 1_000_000_000) }
        return (numbers.first ?? 0, numbers.last ?? 0)
    }

    private func rows(for entry: AccessLogEntry) -> [HopTable.Row] {
        let identity = entry.identify.instance.map { id in
            let name = instances.first { $0.id.description == id }?.name
            return "instance \(id)\(name.map { " (\($0))" } ?? "")"
        }
        let answer = entry.answer
        return [
            .init(
                hop: "arrive", decision: "\(entry.arrive.peer) in \(entry.arrive.listener)", time: entry.arrive.ns ?? 0),
            .init(hop: "identify", decision: identity ?? entry.identify.reason ?? "nobody", time: entry.identify.ns),
            .init(
                hop: "answer", decision: "\(answer.status), \(answer.bytes) bytes for \(answer.method) \(answer.path)",
                time: answer.ns),
        ]
    }

    /// This listener's first line of that time or later. The service writes lines some time after it has answered.
    private func logged(since start: String) throws(LabError) -> AccessLogEntry {
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            let entries = AccessLogEntry.read(accessLog, listener: scope)
            if let entry = entries.first(where: { $0.time >= start }) { return entry }
            try transcript.interruption?.check()
            Thread.sleep(forTimeInterval: 0.005)
        }
        throw LabError(
            .commandFailed, "Expected a line for the request in the access log \(accessLog), found none of \(scope).")
    }
}
