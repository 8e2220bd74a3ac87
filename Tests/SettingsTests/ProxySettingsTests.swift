import ArgumentParser
import HTTPWire
import Identification
import InstanceModel
import MetadataService
import NIOCore
import OsloConfig
import Testing

@testable import metapath

/// What those of Neutron's agents read that run a haproxy in each namespace (contract neutron.md §2.1, §4).
struct ProxySettingsTests {
    private func read<Settings>(
        _ text: String, _ settings: (inout Configuration) throws -> Settings
    ) throws -> Settings {
        let (sections, mistakes) = ConfigText.parse(text, file: "l3_agent.ini")
        var configuration = Configuration(
            [sections], options: Options.all, ownGroups: ["metapath"], mistakes: mistakes)
        let settings = try settings(&configuration)
        try configuration.finish()
        return settings
    }

    private func guestLimits(_ text: String) throws -> GuestLimitSettings {
        try read(text) { GuestLimitSettings(&$0) }
    }

    @Test func ourOwnLimitHoldsUnasked() throws {
        let settings = try guestLimits("")
        #expect(settings.configured == nil)
        #expect(settings.own == RateLimit(requests: 500, seconds: 5))
        let told = try guestLimits("[metapath]\nguest_request_limit = 50\nguest_request_window = 1")
        #expect(told.own == RateLimit(requests: 50, seconds: 1))
        #expect(try guestLimits("[metapath]\nguest_request_limit = 0").own == nil)
    }

    @Test func neutronsLimitsHoldWhenTheyAreEnabled() throws {
        let group = "[metadata_rate_limiting]\nrate_limit_enabled = True\n"
        let ten = RateLimit(requests: 10, seconds: 10)
        #expect(
            try guestLimits(group).configured
                == GuestLimits.Configured(base: ten, burst: ten, families: [.v4]))
        let text = """
            \(group)ip_versions = 4, 6
            base_window_duration = 60
            base_query_rate_limit = 20
            burst_window_duration = 2
            burst_query_rate_limit = 3
            """
        #expect(
            try guestLimits(text).configured
                == GuestLimits.Configured(
                    base: RateLimit(requests: 20, seconds: 60), burst: RateLimit(requests: 3, seconds: 2),
                    families: [.v4, .v6]))
        #expect(try guestLimits("\(group)ip_versions = 6").configured?.families == [.v6])
        let disabled = "[metadata_rate_limiting]\nip_versions = 5\nbase_query_rate_limit = 3"
        #expect(try guestLimits(disabled).configured == nil)
    }

    @Test(arguments: [
        ("ip_versions = 5", "ip_versions: expected a comma-separated list, each item one of 4, 6, found “5”"),
        ("ip_versions =", "ip_versions: expected 4, 6 or 4,6, found “”"),
        ("base_query_rate_limit = 0", "base_query_rate_limit: expected an integer from 1 to 1000000, found “0”"),
        ("burst_window_duration = x", "burst_window_duration: expected an integer from 1 to 86400, found “x”"),
    ])
    func mistakesAreToldWithTheirPlace(line: String, message: String) {
        let error = #expect(throws: ConfigError.self) {
            try guestLimits("[metadata_rate_limiting]\nrate_limit_enabled = true\n\(line)")
        }
        let told = error.map { "\($0)" } ?? ""
        #expect(told.contains("l3_agent.ini:3: [metadata_rate_limiting] \(message)"), "\(told)")
    }

    @Test func theHaproxiesTimeoutsAreOursWhereTheyAreSet() throws {
        let ours = try read("") { WireLimits(&$0) }
        #expect(ours.receiveTimeout == WireLimits().receiveTimeout && ours.idleTimeout == WireLimits().idleTimeout)
        #expect(ours.writeTimeout == WireLimits().writeTimeout && ours.backlog == WireLimits().backlog)
        let text = """
            [DEFAULT]
            metadata_backlog = 128
            [metadata_haproxy]
            timeout_http_request = 11
            timeout_http_keep_alive = 12
            timeout_client = 13
            """
        let told = try read(text) { WireLimits(&$0) }
        #expect(told.receiveTimeout == .seconds(11) && told.idleTimeout == .seconds(12))
        #expect(told.writeTimeout == .seconds(13) && told.backlog == 128)
        for line in ["[metadata_haproxy]\ntimeout_client = 0", "[DEFAULT]\nmetadata_backlog = 0"] {
            #expect(throws: ConfigError.self, "\(line)") { try read(line) { WireLimits(&$0) } }
        }
    }

    @Test func anUpstreamsTimeIsTheHaproxiesUnlessWeHaveOurOwn() throws {
        let upstream = "[DEFAULT]\nnova_metadata_host = a\n"
        func settings(_ text: String) throws -> UpstreamSettings {
            let option = try UpstreamOption.parse([])
            return try #require(try read(upstream + text) { try option.settings(&$0, readsAgentOptions: true) })
        }
        let ours = try settings("")
        #expect(ours.timeout == 60 && ours.connectTimeout == nil)
        let haproxys = "[metadata_haproxy]\ntimeout_connect = 7\ntimeout_server = 40\n"
        #expect(try settings(haproxys).timeout == 40)
        #expect(try settings(haproxys).connectTimeout == 7)
        #expect(try settings(haproxys + "[metapath]\nupstream_timeout = 60").timeout == 60)
    }

    @Test func theirWorkersAreTheMostThereMayBe() throws {
        func loops(_ text: String, _ arguments: [String] = []) throws -> Int {
            let options = try DaemonOptions.parse(arguments)
            return try read(text) { options.eventLoops(&$0) }
        }
        #expect(try loops("") == 0)
        #expect(try loops("[DEFAULT]\nmetadata_workers = 0") == 0)
        #expect(try loops("[DEFAULT]\nmetadata_workers = 1") == 1)
        #expect(try loops("[DEFAULT]\nmetadata_workers = 100000") == System.coreCount)
        #expect(try loops("[DEFAULT]\nmetadata_workers = 1\n[metapath]\nworkers = 3") == 3)
        #expect(try loops("[DEFAULT]\nmetadata_workers = 1\n[metapath]\nworkers = 0") == 0)
        #expect(try loops("[metapath]\nworkers = 3", ["--workers", "2"]) == 2)
        #expect(throws: ConfigError.self) { try loops("[DEFAULT]\nmetadata_workers = -1") }
    }
}
