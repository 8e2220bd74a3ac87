import NetworkNamespaces

/// The rules of iptables that Neutron's L3 agent has in a router's namespace (contract neutron.md §1.1).
enum NeutronRules {
    /// Puts them there, for both families.
    static func install(in namespace: String) throws(LabError) {
        for (program, destination) in [
            ("iptables-restore", "\(MetadataAddress.ipv4)/32"), ("ip6tables-restore", "\(MetadataAddress.ipv6)/128"),
        ] {
            let command = NamespaceCommand([program], in: namespace, input: text(destination))
            let result = try asLabError { () throws(NamespaceError) in try command.run() }
            guard result.status == 0 else {
                throw LabError(.commandFailed, "`\(program)` in \(namespace) failed: \(result.errors)")
            }
        }
    }

    private static func text(_ destination: String) -> String {
        let request = "-d \(destination) -i qr-+ -p tcp -m tcp --dport \(MetadataAddress.port)"
        let port = MetadataAddress.redirectPort
        return """
            *mangle
            :neutron-l3-agent-PREROUTING - [0:0]
            -A PREROUTING -j neutron-l3-agent-PREROUTING
            -A neutron-l3-agent-PREROUTING \(request) -j MARK --set-xmark 0x1/0xffff
            COMMIT
            *nat
            :neutron-l3-agent-PREROUTING - [0:0]
            -A PREROUTING -j neutron-l3-agent-PREROUTING
            -A neutron-l3-agent-PREROUTING \(request) -j REDIRECT --to-ports \(port)
            COMMIT
            *filter
            :neutron-l3-agent-INPUT - [0:0]
            :neutron-l3-agent-FORWARD - [0:0]
            :neutron-l3-agent-scope - [0:0]
            -A INPUT -j neutron-l3-agent-INPUT
            -A FORWARD -j neutron-l3-agent-FORWARD
            -A neutron-l3-agent-FORWARD -j neutron-l3-agent-scope
            -A neutron-l3-agent-INPUT -m mark --mark 0x1/0xffff -j ACCEPT
            -A neutron-l3-agent-INPUT -p tcp -m tcp --dport \(port) -j DROP
            -A neutron-l3-agent-scope -m mark --mark 0x1/0xffff -j DROP
            COMMIT

            """
    }
}
