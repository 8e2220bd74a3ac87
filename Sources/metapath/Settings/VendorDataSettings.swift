import Logging
import MetadataDocuments
import MetadataService
import NIOCore
import OpenStackAPI
import OsloConfig

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

    /// - Throws: ``CommandError`` where a certificate cannot be read.
    func dynamicVendorData(
        on group: any EventLoopGroup, logger: Logger = Logger(label: "none", factory: { _ in SwiftLogNoOpLogHandler() })
    ) throws -> DynamicVendorData {
        do {
            return try DynamicVendorData(
                targets: targets, security: security, connectTimeout: connectTimeout, readTimeout: readTimeout,
                failureFatal: failureFatal, keystone: try keystone?.keystone(on: group), eventLoopGroup: group,
                logger: logger)
        } catch {
            throw CommandError(
                "[vendordata_dynamic_auth] certfile, keyfile: expected a certificate and its key in PEM: \(error)")
        }
    }
}
