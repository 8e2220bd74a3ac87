import OpenStackAPI
import OsloConfig

/// An account at Keystone and the way there.
struct KeystoneSettings {
    var credentials: KeystoneCredentials
    var security: TransportSecurity
    /// Seconds for a token.
    var timeout: Double
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

    /// Nil where no `auth_type` is set, or `none`: requests then carry no token.
    func keystone(_ configuration: inout Configuration) -> KeystoneSettings? {
        guard let credentials = credentials(&configuration) else { return nil }
        let timeout = ConfigOption(session, "timeout", .number(0.001...86_400), default: Keystone.defaultTimeout)
        return KeystoneSettings(
            credentials: credentials, security: security(&configuration), timeout: configuration.value(timeout))
    }

    func security(_ configuration: inout Configuration) -> TransportSecurity {
        func file(_ name: String) -> String? {
            configuration.value(ConfigOption<String?>(session, name, .string)).flatMap { $0.isEmpty ? nil : $0 }
        }
        return TransportSecurity(
            caFile: file("cafile"),
            insecure: configuration.value(ConfigOption(session, "insecure", .bool, default: false)),
            certificateFile: file("certfile"), keyFile: file("keyfile"))
    }

    private func credentials(_ configuration: inout Configuration) -> KeystoneCredentials? {
        let type = option("auth_type", aliases: ["auth_plugin"])
        let method: KeystoneCredentials.Method
        switch configuration.value(type) {
        case nil, "", "none": return nil
        case "password", "v3password": method = password(&configuration)
        case "v3applicationcredential": method = applicationCredential(&configuration)
        default:
            configuration.reject(type, expected: "password, v3password, v3applicationcredential or none")
            return nil
        }
        return KeystoneCredentials(
            authURL: required("auth_url", &configuration), method: method, scope: scope(method, &configuration))
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

    private func required(_ name: String, _ configuration: inout Configuration) -> String {
        if let value = value(name, &configuration) { return value }
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
