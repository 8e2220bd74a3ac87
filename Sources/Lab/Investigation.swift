import Foundation
import InstanceModel
import NetworkNamespaces

/// The classic way to find out why an instance gets no metadata, hop by hop, on a lab where it does get it.
struct Investigation: Sendable {
    var run: LabRun
    var service: LabService
    var transcript: Transcript

    private static let listing = "/latest/meta-data/"
    private static let document = "/openstack/latest/meta_data.json"

    func conduct() throws(LabError) {
        let status = try run.lab.status()
        guard let instance = run.catalogue.instances.first else {
            throw LabError(.catalogue, "Expected at least one instance in \(run.instanceFile), found none.")
        }
        try transcript.heading("Nobody says who is asking: the service refuses.")
        try transcript.run("curl -s \(run.serviceURL)\(Self.listing)")
        try askAsTheProxyWould(for: instance)
        for row in status.instances { try askFrom(row) }
        try showHops(status)
    }

    /// What the proxy on the way adds, added by hand.
    private func askAsTheProxyWould(for instance: Instance) throws(LabError) {
        try transcript.heading("Who could be asking, and the secret that proves it.")
        try transcript.run("\(run.program) instance list --store \(shellWord(service.store))")
        let config = shellWord(run.configFile)
        try transcript.run("grep -Hno '^ *[a-z_]*metadata_proxy_shared_secret' \(config)")
        let output = try transcript.run("\(run.program) sign \(instance.id) --config-file \(config)")
        guard let signature = output.split(whereSeparator: \.isWhitespace).last else {
            throw LabError(.commandFailed, "Expected a signature from `\(run.program) sign`, found nothing.")
        }
        try transcript.heading("The same request, signed as the proxy signs it.")
        try transcript.run(
            "curl -s -H 'X-Instance-ID: \(instance.id)' -H \(shellWord("X-Tenant-ID: \(instance.projectID)")) "
                + "-H 'X-Instance-ID-Signature: \(signature)' \(run.serviceURL)\(Self.listing)")
    }

    /// What the instance itself sees: over IPv4 if it has an address of that family, over IPv6 if it has one of that.
    private func askFrom(_ row: LabStatus.Row) throws(LabError) {
        try transcript.heading("From inside \(row.name), \(row.addresses.first ?? "no address") on \(row.networks.joined(separator: ", ")).")
        for host in hosts(of: row) {
            for path in [Self.listing, Self.document] { try transcript.run(curl(from: row, "\(host)\(path)")) }
        }
    }

    private func hosts(of row: LabStatus.Row) -> [String] {
        let addresses = row.addresses.compactMap { CIDR($0)?.address }
        let hasIPv4 = addresses.contains { $0.family == .v4 }
        let hasIPv6 = addresses.contains { $0.family == .v6 && !$0.isLinkLocalIPv6 }
        return (hasIPv4 ? ["http://\(MetadataAddress.ipv4)"] : [])
            + (hasIPv6 || !hasIPv4 ? ["http://[\(MetadataAddress.ipv6)%25eth0]"] : [])
    }

    private func curl(from row: LabStatus.Row, options: String = "", _ url: String) -> String {
        "ip netns exec \(row.namespace) curl -s \(options)\(url.contains("[") ? "'\(url)'" : url)"
    }

    /// One more request, with everything on its way asked what it did.
    private func showHops(_ status: LabStatus) throws(LabError) {
        guard let router = status.listeners.first(where: { $0.kind == .router }) ?? status.listeners.first,
            let guest = status.instances.first(where: { !Set($0.networks).isDisjoint(with: router.networks) }),
            let host = hosts(of: guest).first
        else { return }
        try transcript.heading("One request, hop by hop.")
        let listener = NamespaceKind(name: router.namespace)?.scope ?? router.namespace
        let redirect = router.kind == .router ? MetadataRedirect(namespace: router.namespace) : nil
        let redirected = try redirections(redirect)
        let requests = AccessLogEntry.read(service.accessLog, listener: listener).count
        let format = "-o /dev/null -w 'connect %{time_connect} s, total %{time_total} s\\n' "
        let times = try transcript.run(curl(from: guest, options: format, host + Self.listing)).seconds
        let counted = try redirections(redirect) - redirected
        if redirect != nil { try transcript.run("ip netns exec \(router.namespace) nft list counters table inet metapath") }
        let entry = try logged(listener, after: requests)
        var table = HopTable()
        table.rows.append(.init(hop: "instance", decision: "\(guest.name) asks \(host)\(Self.listing)", time: times.total))
        if redirect != nil {
            let decision = "port 80 to \(MetadataAddress.redirectPort): \(counted) connection by rule in \(router.name)"
            table.rows.append(.init(hop: "router", decision: decision, time: times.connect))
        }
        table.rows += rows(for: entry)
        try transcript.text(table.text)
    }

    private func rows(for entry: AccessLogEntry) -> [HopTable.Row] {
        let identity = entry.identify.instance.map { id in
            let name = run.catalogue.instances.first { $0.id.description == id }?.name
            return "instance \(id)\(name.map { " (\($0))" } ?? "")"
        }
        let answer = entry.answer
        return [
            .init(hop: "arrive", decision: "\(entry.arrive.peer) in \(entry.arrive.listener)", time: entry.arrivalTime),
            .init(hop: "identify", decision: identity ?? entry.identify.reason ?? "nobody", time: entry.identify.ns),
            .init(
                hop: "answer", decision: "\(answer.status), \(answer.bytes) bytes for \(answer.method) \(answer.path)",
                time: answer.ns),
        ]
    }

    private func redirections(_ redirect: MetadataRedirect?) throws(LabError) -> Int {
        guard let redirect else { return 0 }
        let counters = try lab { () throws(NamespaceError) in try redirect.counters() }
        return counters.redirectedIPv4 + counters.redirectedIPv6
    }

    /// The line that follows the first `count` of this listener; the service may write it after it has answered.
    private func logged(_ listener: String, after count: Int) throws(LabError) -> AccessLogEntry {
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            let entries = AccessLogEntry.read(service.accessLog, listener: listener)
            if entries.count > count { return entries[count] }
            try transcript.interruption?.check()
            Thread.sleep(forTimeInterval: 0.005)
        }
        throw LabError(
            .commandFailed, "Expected a line for the request in the access log \(service.accessLog), found none for \(listener).")
    }
}

extension String {
    /// The two times in what curl was asked to write, in nanoseconds.
    fileprivate var seconds: (connect: Int, total: Int) {
        let numbers = split(separator: " ").compactMap { Double($0) }.map { Int($0 * 1_000_000_000) }
        return (numbers.first ?? 0, numbers.last ?? 0)
    }
}
