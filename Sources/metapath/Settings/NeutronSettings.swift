import NIOCore
import OpenStackAPI
import OsloConfig

/// `[neutron]` and `[service_user]` as far as they say how Neutron is reached (contract nova.md §1.3).
struct NeutronSettings {
    var endpoint: ServiceEndpoint
    /// Nil: Neutron is asked without a token.
    var keystone: KeystoneSettings?
    /// Nil: no second token.
    var serviceUser: KeystoneSettings?
    var security: TransportSecurity
    /// Seconds for an answer.
    var timeout: Double
    /// How often a failed connection is tried again.
    var retries: Int

    /// Nil where `[neutron] auth_type` is not set: then nothing can be asked of Neutron.
    init?(_ configuration: inout Configuration) {
        let options = KeystoneOptions(group: "neutron", &configuration)
        guard let authType = options.authType(&configuration) else { return nil }
        keystone = options.keystone(&configuration)
        security = options.security(&configuration)
        timeout = options.timeout(&configuration)
        retries = configuration.value(Options.neutronRetries)
        endpoint = Self.endpoint(needsAddress: ["none", "noauth"].contains(authType), &configuration)
        serviceUser = Self.serviceUser(&configuration)
    }

    /// - Throws: where a certificate cannot be read.
    func neutron(on group: any EventLoopGroup) throws -> Neutron {
        // All of them before anything is made that would have to be shut down.
        for security in [keystone?.security, serviceUser?.security, security].compactMap(\.self) {
            _ = try security.configuration()
        }
        return try Neutron(
            endpoint: endpoint, keystone: try keystone?.keystone(on: group, connectionRetries: retries),
            serviceUser: try serviceUser?.keystone(on: group, connectionRetries: retries), security: security,
            timeout: timeout, retries: retries, eventLoopGroup: group)
    }

    /// - Parameter needsAddress: there will be no token, hence no catalogue.
    private static func endpoint(needsAddress: Bool, _ configuration: inout Configuration) -> ServiceEndpoint {
        let address = configuration.value(Options.neutronEndpoint) ?? ""
        guard address.isEmpty else {
            if !isHTTPAddress(address) {
                configuration.reject(
                    Options.neutronEndpoint, expected: "the address of Neutron, such as https://HOST:9696")
            }
            return .address(address)
        }
        if needsAddress {
            configuration.reject(
                Options.neutronEndpoint, expected: "the address of Neutron, since this auth_type gives no catalogue")
        }
        return .catalogue(selector(&configuration))
    }

    private static func selector(_ configuration: inout Configuration) -> EndpointSelector {
        let interfaces = configuration.value(Options.neutronInterfaces)
        let known = ["public", "internal", "admin"].flatMap { [$0, "\($0)URL"] }
        if interfaces.isEmpty || !interfaces.allSatisfy(known.contains) {
            configuration.reject(Options.neutronInterfaces, expected: "a list of internal, public and admin")
        }
        func text(_ option: ConfigOption<String?>) -> String? {
            configuration.value(option).flatMap { $0.isEmpty ? nil : $0 }
        }
        return EndpointSelector(
            serviceType: configuration.value(Options.neutronServiceType),
            serviceName: text(Options.neutronServiceName), interfaces: interfaces, region: text(Options.neutronRegion))
    }

    private static func serviceUser(_ configuration: inout Configuration) -> KeystoneSettings? {
        guard configuration.value(Options.sendServiceToken) else { return nil }
        let options = KeystoneOptions(group: "service_user", &configuration)
        let authType = options.authType(&configuration)
        if authType == nil || authType == "none" || authType == "noauth" {
            configuration.reject(
                ConfigOption<String?>("service_user", "auth_type", .string),
                expected: "password, v3password or v3applicationcredential, since send_service_user_token is on")
        }
        return options.keystone(&configuration)
    }
}
