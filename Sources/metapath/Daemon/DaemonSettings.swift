import HTTPWire
import Identification
import MetadataDocuments
import MetadataService
import OpenStackAPI
import OsloConfig

/// Everything a daemon needs to know, read and checked before anything is opened or bound.
struct DaemonSettings {
    var store: StoreSettings
    var workers: Int
    var accessLog: String?
    var limits: WireLimits
    var documents: DocumentSettings
    var vendorData: VendorDataSettings
    var secrets: SharedSecrets
    /// Nil: no service port.
    var service: (listen: ListenTarget, identify: Identify)?
    /// Nil: no namespaces.
    var namespaces: NamespaceSettings?
    /// Nil: answers come from our own documents.
    var upstream: UpstreamTarget?

    /// Reads the settings that all daemons share; the others are set by the command.
    init(_ options: DaemonOptions, _ configuration: inout Configuration) throws {
        store = try StoreSettings(options.store, &configuration)
        workers = options.workers ?? configuration.value(Options.workers)
        let log = options.accessLog ?? configuration.value(Options.accessLog)
        accessLog = log.isEmpty ? nil : log
        limits = WireLimits()
        limits.connections = configuration.value(Options.maxConnections)
        vendorData = VendorDataSettings(&configuration)
        documents = DocumentSettings(
            dhcpDomain: configuration.value(Options.dhcpDomain),
            injectedNetworkTemplate: !configuration.value(Options.injectedNetworkTemplate).isEmpty,
            vendorDataProviders: vendorData.providers)
        secrets = SharedSecrets(
            current: configuration.value(Options.sharedSecret),
            alsoAccepted: configuration.value(Options.previousSecrets))
    }

    /// How the service port knows its callers (contract nova.md §2.1).
    static func identify(_ configuration: inout Configuration, _ secrets: SharedSecrets) -> Identify {
        guard configuration.value(Options.serviceMetadataProxy) else {
            return .peerAddress(parsesForwarded: configuration.value(Options.parseProxyHeaders))
        }
        return .proxyHeaders(secrets, signatureRequired: !configuration.value(Options.sharedSecret).isEmpty)
    }
}

/// `[api] vendordata_*` and `[vendordata_dynamic_auth]`.
struct VendorDataSettings {
    var providers: [VendorDataProvider]
    var file: String?
    var targets: [DynamicVendorData.Target]
    /// How https targets are spoken with.
    var security: TransportSecurity
    var connectTimeout: Int
    var readTimeout: Int
    var failureFatal: Bool
    /// Nil: targets are asked without a token.
    var keystone: KeystoneSettings?
    /// What the operator should know although it does not prevent a start.
    var warnings: [String] = []

    init(_ configuration: inout Configuration) {
        providers = []
        for name in configuration.value(Options.vendorDataProviders) {
            switch name {
            case "StaticJSON": providers.append(.staticJSON)
            case "DynamicJSON": providers.append(.dynamicJSON)
            default: configuration.reject(Options.vendorDataProviders, expected: "StaticJSON and DynamicJSON only")
            }
        }
        let path = configuration.value(Options.vendorDataFile)
        file = path.isEmpty ? nil : path
        targets = []
        for item in configuration.value(Options.vendorDataTargets) {
            let parts = item.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 {
                targets.append(DynamicVendorData.Target(name: parts[0], url: parts[1]))
            } else {
                // Nova leaves such an item out as well (contract nova.md §8.2).
                warnings.append("[api] vendordata_dynamic_targets: expected name@url, found “\(item)”; it is left out.")
            }
        }
        let bundle = configuration.value(Options.vendorDataCAFile)
        security = TransportSecurity(caFile: bundle.isEmpty ? nil : bundle)
        if providers.contains(.dynamicJSON) {
            let auth = KeystoneOptions(group: "vendordata_dynamic_auth", &configuration)
            let session = auth.security(&configuration)
            security.certificateFile = session.certificateFile
            security.keyFile = session.keyFile
            keystone = auth.keystone(&configuration)
        }
        connectTimeout = configuration.value(Options.vendorDataConnectTimeout)
        readTimeout = configuration.value(Options.vendorDataReadTimeout)
        failureFatal = configuration.value(Options.vendorDataFailureFatal)
    }
}
