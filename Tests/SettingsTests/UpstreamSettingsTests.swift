import ArgumentParser
import Foundation
import OpenStackAPI
import OsloConfig
import Testing

@testable import metapath

/// `[metapath] upstream` and the options of metadata_agent.ini (contract neutron.md §4).
struct UpstreamSettingsTests {
    private func read(
        _ text: String, told: [String] = [], readsAgentOptions: Bool = true
    ) throws -> UpstreamSettings? {
        let (sections, mistakes) = ConfigText.parse(text, file: "agent.ini")
        var configuration = Configuration(
            [sections], options: Options.all, ownGroups: ["metapath"], mistakes: mistakes)
        var option = try UpstreamOption.parse([])
        option.upstream = told
        let settings = try option.settings(&configuration, readsAgentOptions: readsAgentOptions)
        try configuration.finish()
        return settings
    }

    @Test func withoutAnyRequestsAreAnsweredHere() throws {
        #expect(try read("[DEFAULT]\nmetadata_proxy_shared_secret = s\nnova_metadata_insecure = true") == nil)
    }

    @Test func theAgentsOptionsNameOne() throws {
        let plain = try #require(try read("[DEFAULT]\nnova_metadata_host = nova.example"))
        #expect(plain.targets == [UpstreamTarget(host: "nova.example", port: 8775, isSecure: false)])
        #expect(plain.timeout == 60)
        let address = try #require(try read("[DEFAULT]\nnova_metadata_ip = 2001:db8::5\nnova_metadata_port = 80"))
        #expect(address.targets == [UpstreamTarget(host: "2001:db8::5", port: 80, isSecure: false)])
        let insecure = try #require(
            try read("[DEFAULT]\nnova_metadata_protocol = https\nnova_metadata_insecure = 1\nauth_ca_cert = /none"))
        #expect(insecure.targets == [UpstreamTarget(host: "127.0.0.1", port: 8775, isSecure: true)])
        #expect(insecure.security == TransportSecurity(caFile: "/none", insecure: true))
        #expect(try read("[DEFAULT]\nnova_metadata_host = nova.example", readsAgentOptions: false) == nil)
    }

    @Test func oursWinOverTheAgentsAndTheCommandLineOverBoth() throws {
        let text = """
            [DEFAULT]
            nova_metadata_host = agent
            [metapath]
            upstream = http://one:8775
            upstream = https://[2001:db8::2]
            upstream_timeout = 5
            """
        let ours = try #require(try read(text))
        #expect(
            ours.targets == [
                UpstreamTarget(host: "one", port: 8775, isSecure: false),
                UpstreamTarget(host: "2001:db8::2", port: 443, isSecure: true),
            ])
        #expect(ours.timeout == 5)
        let told = try #require(try read(text, told: ["http://a", "http://b:1"]))
        #expect(told.targets.map(\.host) == ["a", "b"] && told.targets.map(\.port) == [80, 1])
    }

    @Test func mistakesAreTold() {
        for text in [
            "[metapath]\nupstream = ftp://a", "[metapath]\nupstream = http://a/path",
            "[metapath]\nupstream = http://a\nupstream_timeout = 0",
            "[DEFAULT]\nnova_metadata_host = a\nnova_metadata_protocol = gopher",
            "[DEFAULT]\nnova_metadata_protocol = https\nauth_ca_cert = /none",
            "[DEFAULT]\nnova_metadata_protocol = https\nnova_client_cert = /none\nnova_client_priv_key = /none",
        ] {
            #expect(throws: ConfigError.self, "\(text)") { try read(text) }
        }
        // Files that nobody is going to read.
        #expect(throws: Never.self) { try read("[DEFAULT]\nnova_metadata_host = a\nauth_ca_cert = /none") }
    }
}

/// Who may connect to the agent's socket (contract neutron.md §3.1).
struct AgentSocketTests {
    private func socket(
        _ mode: AgentSocket.Mode, user: uid_t? = nil, group: gid_t? = nil, effective: (uid_t, gid_t) = (0, 0)
    ) -> AgentSocket {
        AgentSocket(path: "/s", mode: mode, user: user, group: group, effective: effective)
    }

    @Test func deducedIsTheNarrowestThatLetsTheHaproxiesIn() {
        #expect(socket(.deduce).permissions == 0o644)
        #expect(socket(.deduce, user: 0, effective: (42, 42)).permissions == 0o644)
        #expect(socket(.deduce, user: 42, effective: (42, 42)).permissions == 0o644)
        #expect(socket(.deduce, user: 99, effective: (42, 42)).permissions == 0o664)
        #expect(socket(.deduce, user: 99, group: 42, effective: (42, 42)).permissions == 0o664)
        #expect(socket(.deduce, user: 99, group: 98, effective: (42, 42)).permissions == 0o666)
    }

    @Test func whomAModeWouldKeepOutIsGivenTheSocket() {
        let users = socket(.user, user: 99, group: 98)
        #expect(users.permissions == 0o644 && users.owner == 99 && users.group == nil)
        let groups = socket(.group, user: 99, group: 98)
        #expect(groups.permissions == 0o664 && groups.owner == nil && groups.group == 98)
        let all = socket(.all, user: 99, group: 98)
        #expect(all.permissions == 0o666 && all.owner == nil && all.group == nil)
        #expect(socket(.user).owner == nil && socket(.group).group == nil)
    }

    @Test func theOptionsAreTheAgents() throws {
        func read(_ text: String, path: String? = nil) throws -> AgentSocket? {
            let (sections, mistakes) = ConfigText.parse(text, file: "agent.ini")
            var configuration = Configuration([sections], options: Options.all, mistakes: mistakes)
            var option = try AgentSocketOption.parse([])
            option.agentSocket = path
            let socket = option.socket(&configuration)
            try configuration.finish()
            return socket
        }
        #expect(try read("[DEFAULT]\nmetadata_proxy_socket = /run/s") == nil)
        #expect(try read("[metapath]\nagent_socket = true")?.path == "/var/lib/neutron/metadata_proxy")
        #expect(try read("[DEFAULT]\nstate_path = /s\n[metapath]\nagent_socket = 1")?.path == "/s/metadata_proxy")
        #expect(try read("[DEFAULT]\nmetadata_proxy_socket = /run/s", path: "/t")?.path == "/t")
        let text = "[metapath]\nagent_socket = 1\n[DEFAULT]\nmetadata_proxy_user = "
        #expect(try read("\(text)nobody\nmetadata_proxy_socket_mode = all")?.permissions == 0o666)
        #expect(throws: ConfigError.self) { try read("\(text)no such user") }
    }
}
