import Foundation

/// Who this program is to Keystone, and in whose name it asks for a token (Identity API v3, "Password authentication"
/// and "Authenticating with an Application Credential").
public struct KeystoneCredentials: Sendable, Equatable {
    /// A domain by its id or its name.
    public struct Domain: Sendable, Equatable, Encodable {
        public var id: String?
        public var name: String?

        public init(id: String? = nil, name: String? = nil) {
            self.id = id
            self.name = name
        }
    }

    /// A user, a project or an application credential: an id, or a name in a domain.
    public struct Subject: Sendable, Equatable, Encodable {
        public var id: String?
        public var name: String?
        public var domain: Domain?

        public init(id: String? = nil, name: String? = nil, domain: Domain? = nil) {
            self.id = id
            self.name = name
            self.domain = domain
        }
    }

    public enum Method: Sendable, Equatable {
        case password(user: Subject, password: String)
        /// - Parameter user: whose credential it is; needed where it is given by its name.
        case applicationCredential(Subject, user: Subject?, secret: String)
    }

    /// What the token is good for. An application credential has its project built in: `none`.
    public enum Scope: Sendable, Equatable {
        case none
        case project(Subject)
        case domain(Domain)
        case system
        case trust(id: String)
    }

    /// Keystone's address, such as `https://keystone.example.com/identity/v3`; `/v3` is added where it is missing.
    public var authURL: String
    public var method: Method
    public var scope: Scope

    public init(authURL: String, method: Method, scope: Scope) {
        self.authURL = authURL
        self.method = method
        self.scope = scope
    }

    /// Where tokens are issued.
    var tokensURL: String {
        var base = authURL[...]
        while base.last == "/" { base.removeLast() }
        if base.hasSuffix("/v2.0") { base.removeLast("/v2.0".count) }
        return base.hasSuffix("/v3") ? "\(base)/auth/tokens" : "\(base)/v3/auth/tokens"
    }

    /// The JSON that asks for a token.
    func requestBody() throws -> Data {
        try JSONEncoder().encode(["auth": AuthRequest(self)])
    }
}

/// The `auth` object of `POST /v3/auth/tokens`.
private struct AuthRequest: Encodable {
    struct Identity: Encodable {
        var methods: [String]
        var password: Password?
        var application_credential: ApplicationCredential?
    }

    struct Password: Encodable {
        struct User: Encodable {
            var id: String?
            var name: String?
            var domain: KeystoneCredentials.Domain?
            var password: String
        }

        var user: User
    }

    struct ApplicationCredential: Encodable {
        var id: String?
        var name: String?
        var user: KeystoneCredentials.Subject?
        var secret: String
    }

    struct Scope: Encodable {
        struct Trust: Encodable { var id: String }

        var project: KeystoneCredentials.Subject?
        var domain: KeystoneCredentials.Domain?
        var system: [String: Bool]?
        var trust: Trust?

        enum CodingKeys: String, CodingKey {
            case project, domain, system
            case trust = "OS-TRUST:trust"
        }
    }

    var identity: Identity
    var scope: Scope?

    init(_ credentials: KeystoneCredentials) {
        switch credentials.method {
        case .password(let user, let password):
            identity = Identity(
                methods: ["password"],
                password: Password(
                    user: .init(id: user.id, name: user.name, domain: user.domain, password: password)))
        case .applicationCredential(let credential, let user, let secret):
            identity = Identity(
                methods: ["application_credential"],
                application_credential: ApplicationCredential(
                    id: credential.id, name: credential.name, user: user, secret: secret))
        }
        switch credentials.scope {
        case .none: scope = nil
        case .project(let project): scope = Scope(project: project)
        case .domain(let domain): scope = Scope(domain: domain)
        case .system: scope = Scope(system: ["all": true])
        case .trust(let id): scope = Scope(trust: .init(id: id))
        }
    }
}
