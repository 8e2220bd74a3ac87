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
        try transcript.heading("Who could be asking, and where the secret is that proves it. Its value is not shown.")
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

    /// What the instance itself sees.
    private func askFrom(_ row: LabStatus.Row) throws(LabError) {
        let networks = row.networks.joined(separator: ", ")
        try transcript.heading("From inside \(row.name), \(row.addresses.first ?? "no address") on \(networks).")
        for host in row.metadataHosts {
            for path in [Self.listing, Self.document] { try transcript.run(row.curl("\(host)\(path)")) }
        }
    }

    /// One more request, with everything on its way asked what it did.
    private func showHops(_ status: LabStatus) throws(LabError) {
        guard let router = status.listeners.first(where: { $0.kind == .router }) ?? status.listeners.first,
            let guest = status.instances.first(where: { !Set($0.networks).isDisjoint(with: router.networks) }),
            let host = guest.metadataHosts.first
        else { return }
        try transcript.heading("One request, hop by hop.")
        let probe = HopProbe(
            guest: guest, listener: router, url: host + Self.listing, accessLog: service.accessLog,
            instances: run.catalogue.instances, transcript: transcript)
        try transcript.text(probe.measure().text)
    }
}

extension LabStatus.Row {
    /// Where an instance asks: over IPv4 if it has an address of that family, over IPv6 if it has one beside the
    /// link-local one, or none at all.
    var metadataHosts: [String] {
        let addresses = addresses.compactMap { CIDR($0)?.address }
        let hasIPv4 = addresses.contains { $0.family == .v4 }
        let hasIPv6 = addresses.contains { $0.family == .v6 && !$0.isLinkLocalIPv6 }
        return (hasIPv4 ? ["http://\(MetadataAddress.ipv4)"] : [])
            + (hasIPv6 || !hasIPv4 ? ["http://[\(MetadataAddress.ipv6)%25eth0]"] : [])
    }

    /// A command that asks from inside the namespace.
    func curl(_ url: String, options: String = "") -> String {
        "ip netns exec \(namespace) curl -s \(options)\(shellWord(url))"
    }
}
