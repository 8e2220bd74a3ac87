import OpenStackAPI
import OsloConfig
import Testing

@testable import metapath

/// `[neutron]` and `[service_user]` of nova.conf (contract nova.md §1.3).
struct NeutronSettingsTests {
    private static let account = """
        auth_type = password
        auth_url = https://keystone/identity
        username = nova
        password = s3cret
        user_domain_name = Default
        project_name = service
        project_domain_name = Default

        """

    private func read(_ text: String) throws -> NeutronSettings? {
        let (sections, mistakes) = ConfigText.parse(text, file: "nova.conf")
        var configuration = Configuration([sections], options: Options.all, mistakes: mistakes)
        let settings = NeutronSettings(&configuration)
        try configuration.finish()
        return settings
    }

    private func mistakes(_ text: String) throws -> [String] {
        let error = try #require(#expect(throws: ConfigError.self) { try read(text) })
        return error.mistakes.map(\.description)
    }

    @Test func withoutAnAccountThereIsNoNeutron() throws {
        #expect(try read("[neutron]\nservice_metadata_proxy = true\nregion_name = One") == nil)
        #expect(try read("[neutron]\nauth_type =") == nil)
    }

    @Test func defaultsAreNovas() throws {
        let settings = try #require(try read("[neutron]\n\(Self.account)"))
        #expect(
            settings.endpoint
                == .catalogue(EndpointSelector(serviceType: "network", interfaces: ["internal", "public"])))
        #expect(settings.retries == 3)
        #expect(settings.timeout == 5)
        #expect(settings.security == TransportSecurity())
        #expect(settings.serviceUser == nil)
        let keystone = try #require(settings.keystone)
        #expect(keystone.credentials.authURL == "https://keystone/identity")
        #expect(keystone.timeout == 5)
    }

    @Test func everyOptionIsRead() throws {
        let settings = try #require(
            try read(
                """
                [neutron]
                \(Self.account)service_type = net
                service_name = quantum
                valid_interfaces = admin, publicURL
                region_name = Two
                http_retries = 0
                timeout = 2.5
                insecure = true
                [service_user]
                send_service_user_token = true
                \(Self.account)insecure = yes
                """))
        let wanted = EndpointSelector(
            serviceType: "net", serviceName: "quantum", interfaces: ["admin", "publicURL"], region: "Two")
        #expect(settings.endpoint == .catalogue(wanted))
        #expect(settings.retries == 0)
        #expect(settings.timeout == 2.5)
        #expect(settings.security == TransportSecurity(insecure: true))
        #expect(settings.keystone?.timeout == 2.5)
        #expect(settings.serviceUser?.credentials == settings.keystone?.credentials)
        #expect(settings.serviceUser?.security == TransportSecurity(insecure: true))
    }

    @Test func anAddressOfItsOwnComesFirst() throws {
        let settings = try read("[neutron]\n\(Self.account)endpoint_override = http://neutron:9696")
        #expect(settings?.endpoint == .address("http://neutron:9696"))
    }

    @Test(arguments: ["none", "noauth"])
    func withoutATokenAnAddressIsNeeded(_ authType: String) throws {
        let settings = try read("[neutron]\nauth_type = \(authType)\nendpoint_override = http://neutron:9696")
        #expect(settings?.endpoint == .address("http://neutron:9696"))
        #expect(settings?.keystone == nil)
        let mistakes = try mistakes("[neutron]\nauth_type = \(authType)")
        #expect(mistakes.count == 1 && mistakes[0].contains("[neutron] endpoint_override"), "\(mistakes)")
    }

    @Test func anAccountMayBeInAnotherSection() throws {
        let settings = try read("[neutron]\nauth_section = shared\ntimeout = 3\n[shared]\n\(Self.account)")
        #expect(settings?.keystone?.credentials.authURL == "https://keystone/identity")
        #expect(settings?.timeout == 3)
    }

    @Test func everyMistakeIsToldAtOnce() throws {
        let mistakes = try mistakes(
            """
            [neutron]
            auth_type = password
            auth_url = keystone:5000
            password = s3cret
            valid_interfaces = internal,private
            http_retries = many
            timeout = 0
            cafile = /nonexistent/ca.pem
            certfile = /nonexistent/client.pem
            [service_user]
            send_service_user_token = true
            """)
        let expected = [
            "nova.conf:3: [neutron] auth_url", "nova.conf:5: [neutron] valid_interfaces",
            "nova.conf:6: [neutron] http_retries", "nova.conf:7: [neutron] timeout", "nova.conf:8: [neutron] cafile",
            "nova.conf:9: [neutron] certfile", "[neutron] username", "[service_user] auth_type",
        ]
        for start in expected {
            #expect(mistakes.contains { $0.hasPrefix(start) }, "\(start) in: \(mistakes)")
        }
        #expect(!mistakes.joined().contains("s3cret"))
    }

    @Test func anAddressNeedsAScheme() throws {
        let mistakes = try mistakes("[neutron]\n\(Self.account)endpoint_override = neutron:9696")
        #expect(mistakes.count == 1 && mistakes[0].contains("https://HOST:9696"), "\(mistakes)")
    }

    @Test func anotherWayToAuthenticateIsRefused() throws {
        let mistakes = try mistakes("[neutron]\nauth_type = v3oidcpassword")
        #expect(mistakes.count == 1 && mistakes[0].contains("v3applicationcredential"), "\(mistakes)")
    }
}
