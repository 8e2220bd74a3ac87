import NetworkNamespaces

/// What Neutron's agents tell a haproxy (contract neutron.md §2).
enum HaproxyText {
    static func configuration(of row: LabStatus.Row, socket: String) -> String {
        let isRouter = row.kind == .router
        let (scope, other) = isRouter ? ("Router", "Network") : ("Network", "Router")
        return """
            global
                log-tag haproxy-metadata-proxy-\(row.id)
                user root
                group root
                maxconn 1024
                nbthread 2

            defaults
                mode http
                option dontlognull
                option http-server-close
                option forwardfor
                retries 3
                timeout http-request 30s
                timeout connect 30s
                timeout client 32s
                timeout server 32s
                timeout http-keep-alive 30s

            listen listener
            \(binds(row).map { "    bind \($0)" }.joined(separator: "\n"))
                server metadata \(socket)
                http-request del-header X-Neutron-\(other)-ID
                http-request set-header X-Neutron-\(scope)-ID \(row.id)

            """
    }

    private static func binds(_ row: LabStatus.Row) -> [String] {
        guard row.kind == .network else { return [":::\(MetadataAddress.redirectPort) v4v6"] }
        let ipv6 = row.devices.map { "[\(MetadataAddress.ipv6)]:\(MetadataAddress.port) interface \($0)" }
        return ["\(MetadataAddress.ipv4):\(MetadataAddress.port)"] + ipv6
    }
}
