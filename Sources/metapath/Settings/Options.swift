import OpenStackAPI
import OsloConfig

/// Every option this program reads, declared where its name, default and older spellings can be seen together.
///
/// Groups other than `[metapath]` are Nova's: names, defaults and aliases as in contract nova.md §1.3, and the names of
/// 2014 besides.
enum Options {
    // MARK: databases

    /// Where every instance's cell is written down.
    static let apiDatabase = ConfigOption(
        "api_database", "connection", .string, default: "", secret: true)
    /// The cell of instances that are mapped to none, and what the URLs of cells may refer to.
    static let mainDatabase = ConfigOption(
        "database", "connection", .string, default: "",
        aliases: [OptionName("DEFAULT", "sql_connection"), OptionName("database", "sql_connection")], secret: true)
    /// Connections to each database.
    static let databasePoolSize = ConfigOption(
        "database", "max_pool_size", .integer(0...1000), default: 5,
        aliases: [OptionName("DEFAULT", "sql_max_pool_size"), OptionName("database", "sql_max_pool_size")])

    // MARK: [neutron]

    /// True: believe signed headers. False: know callers by their address.
    static let serviceMetadataProxy = ConfigOption(
        "neutron", "service_metadata_proxy", .bool, default: false,
        aliases: [OptionName("DEFAULT", "service_neutron_metadata_proxy")])
    static let sharedSecret = ConfigOption(
        "neutron", "metadata_proxy_shared_secret", .string, default: "",
        aliases: [
            OptionName("DEFAULT", "metadata_proxy_shared_secret"),
            OptionName("DEFAULT", "neutron_metadata_proxy_shared_secret"),
        ], secret: true)

    static let neutronServiceType = ConfigOption("neutron", "service_type", .string, default: "network")
    static let neutronServiceName = ConfigOption<String?>("neutron", "service_name", .string)
    /// Keystone's interface names; the first that has an endpoint is taken.
    static let neutronInterfaces = ConfigOption(
        "neutron", "valid_interfaces", .list(of: .string), default: EndpointSelector.defaultInterfaces)
    static let neutronRegion = ConfigOption<String?>("neutron", "region_name", .string)
    /// Neutron's address instead of the catalogue's.
    static let neutronEndpoint = ConfigOption<String?>("neutron", "endpoint_override", .string)
    /// How often a failed connection is tried again.
    static let neutronRetries = ConfigOption(
        "neutron", "http_retries", .integer(0...1000), default: OpenStackService.defaultRetries)

    // MARK: [service_user]

    /// True: Neutron is shown a second token, of the account in this group.
    static let sendServiceToken = ConfigOption("service_user", "send_service_user_token", .bool, default: false)

    // MARK: [api], in older releases [DEFAULT]

    /// Seconds for which an instance read from Nova's database is served without looking again; 0: look each time.
    static let cacheExpiration = ConfigOption(
        "api", "metadata_cache_expiration", .integer(0...31_536_000), default: 15,
        aliases: [OptionName("DEFAULT", "metadata_cache_expiration")])
    /// True: this service serves the cell of `[database] connection` and knows no other.
    static let perCell = ConfigOption("api", "local_metadata_per_cell", .bool, default: false)
    static let dhcpDomain = ConfigOption(
        "api", "dhcp_domain", .string, default: "novalocal", aliases: [OptionName("DEFAULT", "dhcp_domain")])
    static let vendorDataProviders = ConfigOption(
        "api", "vendordata_providers", .list(of: .string), default: ["StaticJSON"],
        aliases: [OptionName("DEFAULT", "vendordata_providers")])
    static let vendorDataFile = ConfigOption(
        "api", "vendordata_jsonfile_path", .string, default: "",
        aliases: [OptionName("DEFAULT", "vendordata_jsonfile_path")])
    /// `name@url` items.
    static let vendorDataTargets = ConfigOption(
        "api", "vendordata_dynamic_targets", .list(of: .string), default: [],
        aliases: [OptionName("DEFAULT", "vendordata_dynamic_targets")])
    static let vendorDataCAFile = ConfigOption(
        "api", "vendordata_dynamic_ssl_certfile", .string, default: "",
        aliases: [OptionName("DEFAULT", "vendordata_dynamic_ssl_certfile")])
    /// Seconds.
    static let vendorDataConnectTimeout = ConfigOption(
        "api", "vendordata_dynamic_connect_timeout", .integer(3...), default: 5,
        aliases: [OptionName("DEFAULT", "vendordata_dynamic_connect_timeout")])
    /// Seconds.
    static let vendorDataReadTimeout = ConfigOption(
        "api", "vendordata_dynamic_read_timeout", .integer(0...), default: 5,
        aliases: [OptionName("DEFAULT", "vendordata_dynamic_read_timeout")])
    static let vendorDataFailureFatal = ConfigOption("api", "vendordata_dynamic_failure_fatal", .bool, default: false)

    // MARK: elsewhere in nova.conf

    /// Where Nova's own server listened up to release 31.
    static let metadataListen = ConfigOption("DEFAULT", "metadata_listen", .string, default: "0.0.0.0")
    static let metadataListenPort = ConfigOption("DEFAULT", "metadata_listen_port", .integer(1...65535), default: 8775)
    static let debug = ConfigOption("DEFAULT", "debug", .bool, default: false)
    /// Empty: no `network_config`. Any other value stands for Nova's own template, the only one we render.
    static let injectedNetworkTemplate = ConfigOption(
        "DEFAULT", "injected_network_template", .string, default: "nova/virt/interfaces.template")
    static let parseProxyHeaders = ConfigOption(
        "oslo_middleware", "enable_proxy_headers_parsing", .bool, default: false)

    // MARK: [metapath]

    /// `ADDRESS:PORT` of the service; empty: see ``ListenOption``.
    static let listen = ConfigOption("metapath", "listen", .string, default: "")
    /// `sqlite:PATH` or `nova`; empty: see ``StoreLocation``.
    static let store = ConfigOption("metapath", "store", .string, default: "")
    /// Event loops; 0 for one per processor.
    static let workers = ConfigOption("metapath", "workers", .integer(0...1024), default: 0)
    /// Path, or `-` for standard output; empty for none.
    static let accessLog = ConfigOption("metapath", "access_log", .string, default: "")
    /// Where requests can be watched; empty: nowhere. The default is for root alone, see ``ControlSocket``.
    static let controlSocket = ConfigOption("metapath", "control_socket", .string, default: ControlSocket.defaultPath)
    /// Who besides root may watch, by name or number; empty: see ``ControlSocket``.
    static let controlGroup = ConfigOption("metapath", "control_group", .string, default: "")
    /// Accepted besides the current secret while callers are being moved to it. Repeatable.
    static let previousSecrets = ConfigOption(
        "metapath", "previous_shared_secret", .strings, default: [], secret: true)
    /// As whom guests are served, by name or number; empty: see ``WorkerAccount``.
    static let user = ConfigOption("metapath", "user", .string, default: "")
    /// `NAME=router:UUID` or `NAME=network:UUID`. Repeatable.
    static let namespaces = ConfigOption("metapath", "namespace", .strings, default: [])
    /// Serve namespaces named `qrouter-UUID`, `qdhcp-UUID` and `ovnmeta-UUID` without being told.
    static let discoverNamespaces = ConfigOption("metapath", "discover_namespaces", .bool, default: true)
    /// `http://HOST:PORT` or `https://HOST:PORT` of another Nova-compatible service. Repeatable; none: answer from our
    /// own documents.
    static let upstream = ConfigOption("metapath", "upstream", .strings, default: [])
    /// Seconds from a request to its answer.
    static let upstreamTimeout = ConfigOption("metapath", "upstream_timeout", .integer(1...3600), default: 60)
    /// True: listen on `[DEFAULT] metadata_proxy_socket` in place of Neutron's metadata agent.
    static let agentSocket = ConfigOption("metapath", "agent_socket", .bool, default: false)
    /// Where `metapath haproxy-shim` hands its sockets over; empty: nowhere.
    static let shimSocket = ConfigOption("metapath", "shim_socket", .string, default: "")
    /// Where the ports that Neutron has told of are kept for the next start; empty: nowhere.
    static let portFile = ConfigOption("metapath", "port_file", .string, default: "/var/lib/metapath/ports.json")
    /// Connections served at once.
    static let maxConnections = ConfigOption("metapath", "max_connections", .integer(1...1_000_000), default: 8192)

    /// Requests that one guest may make within ``guestRequestWindow``; 0: as many as it likes.
    static let guestRequestLimit = ConfigOption(
        "metapath", "guest_request_limit", .integer(0...1_000_000), default: 500)
    /// Seconds.
    static let guestRequestWindow = ConfigOption("metapath", "guest_request_window", .integer(1...3600), default: 5)

    static let all: [any DeclaredOption] =
        [
            apiDatabase, mainDatabase, databasePoolSize, serviceMetadataProxy, sharedSecret, neutronServiceType,
            neutronServiceName, neutronInterfaces, neutronRegion, neutronEndpoint, neutronRetries, sendServiceToken,
            cacheExpiration, perCell, metadataListen, metadataListenPort, debug, dhcpDomain,
            vendorDataProviders, vendorDataFile, vendorDataTargets, vendorDataCAFile, vendorDataConnectTimeout,
            vendorDataReadTimeout, vendorDataFailureFatal, injectedNetworkTemplate, parseProxyHeaders, listen, store,
            workers, accessLog, controlSocket, controlGroup, previousSecrets, user, namespaces, discoverNamespaces,
            upstream, portFile,
            upstreamTimeout, agentSocket, shimSocket, maxConnections, guestRequestLimit,
            guestRequestWindow,
        ] + agent + proxy
}
