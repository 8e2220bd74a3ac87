import NIOCore
import OpenStackAPI
import OsloConfig

/// An account at Keystone and the way there.
struct KeystoneSettings {
    var credentials: KeystoneCredentials
    var security: TransportSecurity
    /// Seconds for a token.
    var timeout: Double

    /// - Parameter connectionRetries: how often a failed connection is tried again.
    /// - Throws: where a certificate cannot be read.
    func keystone(on group: any EventLoopGroup, connectionRetries: Int = 0) throws -> Keystone {
        try Keystone(
            credentials: credentials, security: security, timeout: timeout, connectionRetries: connectionRetries,
            eventLoopGroup: group)
    }
}

/// The options of keystoneauth in one group of `nova.conf`, such as `[vendordata_dynamic_auth]`: a service's account,
/// and how Keystone is reached (contract nova.md §1.3).
struct KeystoneOptions {
    /// The group that the account is in: `auth_section` may name another than the one that TLS and time-out are in.
    private let account: String
    private let session: String

    /// - Parameter group: without brackets.
    init(group: String, _ configuration: inout Configuration) {
        session = group
        account = configuration.value(ConfigOption<String?>(group, "auth_section", .string)) ?? group
    }

    /// As it is written; nil where it is not set.
    func authType(_ configuration: inout Configuration) -> String? {
        value("auth_type", &configuration, aliases: ["auth_plugin"])
    }

    /// Nil where no `auth_type` is set, or `none` or `noauth`: requests then carry no token.
    func keystone(_ configuration: inout Configuration) -> KeystoneSettings? {
        guard let credentials = credentials(&configuration) else { return nil }
        return KeystoneSettings(
            credentials: credentials, security: security(&configuration), timeout: timeout(&configuration))
    }

    /// Seconds for an answer; keystoneauth has none of its own.
    func timeout(_ configuration: inout Configuration) -> Double {
        configuration.value(
            ConfigOption(session, "timeout", .number(0.001...86_400), default: OpenStackService.defaultTimeout))
    }

    func security(_ configuration: inout Configuration) -> TransportSecurity {
        func file(_ file: TransportSecurity.File) -> String? {
            configuration.value(option(of: file)).flatMap { $0.isEmpty ? nil : $0 }
        }
        let security = TransportSecurity(
            caFile: file(.caFile),
            insecure: configuration.value(ConfigOption(session, "insecure", .bool, default: false)),
            certificateFile: file(.certificateFile), keyFile: file(.keyFile))
        for mistake in security.mistakes() {
            configuration.reject(option(of: mistake.file), expected: mistake.expectation)
        }
        return security
    }

    private func option(of file: TransportSecurity.File) -> ConfigOption<String?> {
        ConfigOption(session, file.rawValue, .string)
    }

    private func credentials(_ configuration: inout Configuration) -> KeystoneCredentials? {
        let method: KeystoneCredentials.Method
        switch authType(&configuration) {
        case nil, "none", "noauth": return nil
        case "password", "v3password": method = password(&configuration)
        case "v3applicationcredential": method = applicationCredential(&configuration)
        default:
            configuration.reject(
                option("auth_type", aliases: ["auth_plugin"]),
                expected: "password, v3password, v3applicationcredential or none")
            return nil
        }
        return KeystoneCredentials(
            authURL: address("auth_url", &configuration), method: method, scope: scope(method, &configuration))
    }
}

extension KeystoneOptions {
    private func password(_ configuration: inout Configuration) -> KeystoneCredentials.Method {
        let user = user(&configuration)
        if user == nil { configuration.reject(Self.username(account), expected: "the name of a user, or user_id") }
        let password = ConfigOption<String?>(account, "password", .string, secret: true)
        let value = configuration.value(password)
        if value == nil { configuration.reject(password, expected: "the user's password") }
        return .password(user: user ?? .init(), password: value ?? "")
    }

    private func applicationCredential(_ configuration: inout Configuration) -> KeystoneCredentials.Method {
        let id = value("application_credential_id", &configuration)
        let name = value("application_credential_name", &configuration)
        let user = user(&configuration)
        if id == nil && (name == nil || user == nil) {
            configuration.reject(
                option("application_credential_id"), expected: "an id, or application_credential_name and its user")
        }
        let secret = ConfigOption<String?>(account, "application_credential_secret", .string, secret: true)
        let value = configuration.value(secret)
        if value == nil { configuration.reject(secret, expected: "the credential's secret") }
        return .applicationCredential(
            .init(id: id, name: id == nil ? name : nil), user: id == nil ? user : nil, secret: value ?? "")
    }

    /// The first of them that is set, in the order in which Keystone would refuse a second.
    private func scope(
        _ method: KeystoneCredentials.Method, _ configuration: inout Configuration
    ) -> KeystoneCredentials.Scope {
        if case .applicationCredential = method { return .none }
        if let id = value("trust_id", &configuration) { return .trust(id: id) }
        if value("system_scope", &configuration) == "all" { return .system }
        if let id = value("project_id", &configuration, aliases: ["tenant_id"]) { return .project(.init(id: id)) }
        if let name = value("project_name", &configuration, aliases: ["tenant_name"]) {
            return .project(.init(name: name, domain: domain(of: "project", &configuration)))
        }
        let id = value("domain_id", &configuration)
        let name = value("domain_name", &configuration)
        return id == nil && name == nil ? .none : .domain(.init(id: id, name: id == nil ? name : nil))
    }

    private func user(_ configuration: inout Configuration) -> KeystoneCredentials.Subject? {
        if let id = value("user_id", &configuration) { return .init(id: id) }
        guard let name = configuration.value(Self.username(account)), !name.isEmpty else { return nil }
        return .init(name: name, domain: domain(of: "user", &configuration))
    }

    /// A name means nothing to Keystone's version 3 without its domain.
    private func domain(of kind: String, _ configuration: inout Configuration) -> KeystoneCredentials.Domain {
        if let id = value("\(kind)_domain_id", &configuration) { return .init(id: id) }
        if let name = value("\(kind)_domain_name", &configuration) { return .init(name: name) }
        if let id = value("default_domain_id", &configuration) { return .init(id: id) }
        if let name = value("default_domain_name", &configuration) { return .init(name: name) }
        configuration.reject(
            option("\(kind)_domain_name"), expected: "the domain of the \(kind), or \(kind)_domain_id")
        return .init()
    }

    private static func username(_ group: String) -> ConfigOption<String?> {
        ConfigOption(
            group, "username", .string, aliases: [OptionName(group, "user_name"), OptionName(group, "user-name")])
    }

    private func address(_ name: String, _ configuration: inout Configuration) -> String {
        if let address = value(name, &configuration), isHTTPAddress(address) { return address }
        configuration.reject(option(name), expected: "the address of Keystone, such as https://HOST/identity/v3")
        return ""
    }

    /// Nil also where it is set to nothing.
    private func value(
        _ name: String, _ configuration: inout Configuration, aliases: [String] = []
    ) -> String? {
        configuration.value(option(name, aliases: aliases)).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func option(_ name: String, aliases: [String] = []) -> ConfigOption<String?> {
        ConfigOption(account, name, .string, aliases: aliases.map { OptionName(account, $0) })
    }
}

/// Whether `text` has a scheme that we speak and something behind it.
func isHTTPAddress(_ text: String) -> Bool {
    ["http://", "https://"].contains { text.lowercased().hasPrefix($0) && text.count > $0.count }
}
