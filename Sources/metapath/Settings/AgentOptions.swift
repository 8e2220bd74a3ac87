import NetworkNamespaces
import OsloConfig

/// Options of Neutron's metadata agent, read under their own names where we take its place (contract neutron.md §4).
extension Options {
    static let novaMetadataHost = ConfigOption(
        "DEFAULT", "nova_metadata_host", .string, default: "127.0.0.1",
        aliases: [OptionName("DEFAULT", "nova_metadata_ip")])
    static let novaMetadataPort = ConfigOption("DEFAULT", "nova_metadata_port", .integer(1...65535), default: 8775)
    static let novaMetadataProtocol = ConfigOption<UpstreamSettings.Scheme>(
        "DEFAULT", "nova_metadata_protocol", .choice, default: .http)
    /// True: https services are not checked at all.
    static let novaMetadataInsecure = ConfigOption("DEFAULT", "nova_metadata_insecure", .bool, default: false)
    /// PEM bundle that https services are checked against; empty: the system's.
    static let authCACertificate = ConfigOption("DEFAULT", "auth_ca_cert", .string, default: "")
    /// PEM certificate, and its key, to show to https services; both or none.
    static let novaClientCertificate = ConfigOption("DEFAULT", "nova_client_cert", .string, default: "")
    static let novaClientKey = ConfigOption("DEFAULT", "nova_client_priv_key", .string, default: "")

    static let statePath = ConfigOption("DEFAULT", "state_path", .string, default: "/var/lib/neutron")
    static let metadataProxySocket = ConfigOption(
        "DEFAULT", "metadata_proxy_socket", .string, default: "$state_path/metadata_proxy")
    /// What Neutron's haproxies run as, by name or number; empty: as we do.
    static let metadataProxyUser = ConfigOption("DEFAULT", "metadata_proxy_user", .string, default: "")
    static let metadataProxyGroup = ConfigOption("DEFAULT", "metadata_proxy_group", .string, default: "")
    static let metadataProxySocketMode = ConfigOption<AgentSocket.Mode>(
        "DEFAULT", "metadata_proxy_socket_mode", .choice, default: .deduce)

    /// How many processes or threads Nova's or Neutron's own service may use; 0, and not set: as many as we want.
    static let metadataWorkers = ConfigOption("DEFAULT", "metadata_workers", .integer(0...), default: 0)
    /// Connections that may wait to be accepted, at each listener.
    static let metadataBacklog = ConfigOption(
        "DEFAULT", "metadata_backlog", .integer(1...Int(Int32.max)), default: 4096)

    /// Of the L3 agent: where routers' namespaces listen.
    static let metadataPort = ConfigOption(
        "DEFAULT", "metadata_port", .integer(1...65535), default: Int(MetadataAddress.redirectPort))

    static let agent: [any DeclaredOption] = [
        novaMetadataHost, novaMetadataPort, novaMetadataProtocol, novaMetadataInsecure, authCACertificate,
        novaClientCertificate, novaClientKey, statePath, metadataProxySocket, metadataProxyUser, metadataProxyGroup,
        metadataProxySocketMode, metadataWorkers, metadataBacklog, metadataPort,
    ]
}
