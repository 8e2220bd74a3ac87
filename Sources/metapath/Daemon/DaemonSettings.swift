import HTTPWire
import Identification
import MetadataDocuments
import MetadataService
import OsloConfig
import ProcessSeparation

/// Everything a daemon needs to know, read and checked before anything is opened or bound.
struct DaemonSettings {
    var store: StoreSettings
    var workers: Int
    var accessLog: String?
    var limits: WireLimits
    var guestLimits: GuestLimitSettings
    var documents: DocumentSettings
    var vendorData: VendorDataSettings
    var secrets: SharedSecrets
    /// As whom guests are served; nil: as whoever started the program.
    var account: Account?
    /// Nil: no service port.
    var service: (listen: ListenTarget, identify: Identify)?
    /// Where Neutron's ports are kept for the next start; nil for nowhere.
    var portFile: String?
    /// Nil: no namespaces.
    var namespaces: NamespaceSettings?
    /// Where shims hand their sockets over; nil: nowhere.
    var shimSocket: String?
    /// Nil: answers come from our own documents.
    var upstream: UpstreamSettings?
    /// Nil: Neutron's haproxies are none of our callers.
    var agentSocket: AgentSocket?
    /// Where requests can be watched; nil: nowhere.
    var control: ControlSocket?

    /// Reads the settings that all daemons share; the others are set by the command.
    init(_ options: DaemonOptions, _ configuration: inout Configuration) throws {
        store = try StoreSettings(options.store, &configuration)
        account = WorkerAccount.account(&configuration, store.location)
        workers = options.eventLoops(&configuration)
        let log = options.accessLog ?? configuration.value(Options.accessLog)
        accessLog = log.isEmpty ? nil : log
        let ports = configuration.value(Options.portFile)
        portFile = ports.isEmpty ? nil : ports
        control = ControlSocket(options.control, &configuration)
        limits = WireLimits(&configuration)
        guestLimits = GuestLimitSettings(&configuration)
        vendorData = VendorDataSettings(&configuration)
        documents = DocumentSettings(
            dhcpDomain: configuration.value(Options.dhcpDomain),
            injectedNetworkTemplate: !configuration.value(Options.injectedNetworkTemplate).isEmpty,
            vendorDataProviders: vendorData.providers)
        secrets = SharedSecrets(
            current: configuration.value(Options.sharedSecret),
            alsoAccepted: configuration.value(Options.previousSecrets))
    }

    /// Guests arrive here, and not only whoever signs for them.
    var servesGuests: Bool { namespaces?.isEmpty == false || agentSocket != nil || shimSocket != nil }

    /// How the service port knows its callers (contract nova.md §2.1).
    static func identify(_ configuration: inout Configuration, _ secrets: SharedSecrets) -> Identify {
        guard configuration.value(Options.serviceMetadataProxy) else {
            return .peerAddress(parsesForwarded: configuration.value(Options.parseProxyHeaders))
        }
        return .proxyHeaders(secrets, signatureRequired: !configuration.value(Options.sharedSecret).isEmpty)
    }
}
