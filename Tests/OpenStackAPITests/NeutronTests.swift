import Foundation
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import OpenStackAPI

/// The questions of contract nova.md §2.3 and §10.4 and of neutron.md §6, as they are on the wire, and their answers.
@Suite(.timeLimit(.minutes(1)))
struct NeutronTests {
    /// A stub that has one answer for each path below `/v2.0/`.
    private func withNeutron<Result: Sendable>(
        _ answers: [String: StubAnswer], _ body: (Neutron) async throws -> Result
    ) async throws -> (result: Result, asked: [String]) {
        let server = try await StubServer { answers[String($0.path.dropFirst("/v2.0/".count))] ?? .hangUp }
        let neutron = try Neutron(
            endpoint: .address("http://127.0.0.1:\(server.port)/v2.0"), keystone: nil,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let result = try await ending({
            try await neutron.shutdown()
            try await server.close()
        }) { try await body(neutron) }
        return (result, server.requests.map { String($0.uri.dropFirst("/v2.0/".count)) })
    }

    @Test func securityGroupsAreNamedInTheOrderOfPortsOncePerPort() async throws {
        let (names, asked) = try await withNeutron([
            "ports": .json(
                """
                {"ports": [{"security_groups": ["g2", "g1"], "device_id": "i"}, {"security_groups": [], "device_id": "i"},
                {"security_groups": ["unnamed", "gone", "g1", "null"], "device_id": "i"}]}
                """),
            "security-groups": .json(
                """
                {"security_groups": [{"id": "g1", "name": "default"}, {"id": "unnamed", "name": ""},
                {"id": "null", "name": null}, {"id": "g2", "name": "web"}]}
                """),
        ]) { try await $0.securityGroupNames(ofInstance: "i") }
        #expect(names == ["web", "default", "unnamed", "default", "null"])
        #expect(
            asked == [
                "ports?device_id=i&fields=security_groups&fields=device_id",
                "security-groups?id=g2&id=g1&id=unnamed&id=gone&id=null&fields=id&fields=name",
            ])
    }

    @Test(arguments: [
        StubAnswer.json(#"{"ports": []}"#), .json(#"{"ports": [{"security_groups": []}]}"#),
        .reply(.notFound, headers: [:], body: #"{"NeutronError": {"type": "PortNotFound", "message": "gone"}}"#),
    ])
    func withoutGroupsTheirNamesAreNotAskedFor(_ answer: StubAnswer) async throws {
        let (names, asked) = try await withNeutron(["ports": answer]) {
            try await $0.securityGroupNames(ofInstance: "i")
        }
        #expect(names == [])
        #expect(asked.count == 1)
    }

    @Test func another404IsAFailure() async throws {
        let (error, _) = try await withNeutron([
            "ports": .reply(
                .notFound, headers: [:], body: #"{"NeutronError": {"type": "HTTPNotFound", "message": ""}}"#)
        ]) { neutron in await failure { try await neutron.securityGroupNames(ofInstance: "i") } }
        #expect(error?.kind == .refused(status: 404, fault: "HTTPNotFound"))
    }

    @Test func moreThan150GroupsAreAskedForInParts() async throws {
        let ids = (0..<151).map { "\($0)" }
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        let (_, asked) = try await withNeutron([
            "ports": .json("{\"ports\": [{\"security_groups\": [\(list)]}]}"),
            "security-groups": .json(#"{"security_groups": []}"#),
        ]) { try await $0.securityGroupNames(ofInstance: "i") }
        #expect(asked.dropFirst().map { $0.split(separator: "&").filter { $0.contains("id=") }.count } == [150, 1])
    }

    @Test func filtersAreSpeltAsNeutronReadsThem() async throws {
        let filter = PortFilter(
            networkIDs: ["n1", "n2"], fixedIPAddress: "2001:db8::5", deviceIDs: ["d"],
            deviceOwners: ["network:router_interface", "network:ha_router_replicated_interface"],
            changedSince: Date(timeIntervalSince1970: 1_767_225_600), limit: 500)
        let (_, asked) = try await withNeutron(["ports": .json(#"{"ports": []}"#)]) {
            try await $0.ports(filter, fields: [.id, .projectID, .bindingHost])
        }
        #expect(
            asked == [
                "ports?fixed_ips=ip_address%3D2001%3Adb8%3A%3A5&device_id=d&device_owner=network%3Arouter_interface"
                    + "&device_owner=network%3Aha_router_replicated_interface&changed_since=2026-01-01T00%3A00%3A00Z"
                    + "&limit=500&network_id=n1&network_id=n2&fields=id&fields=project_id&fields=tenant_id"
                    + "&fields=binding%3Ahost_id"
            ])
    }

    @Test func aPortIsReadWithWhatItShows() async throws {
        let (ports, _) = try await withNeutron([
            "ports": .json(
                """
                {"ports": [{"id": "p", "network_id": "n", "project_id": "new", "tenant_id": "old", "device_id": "d",
                "device_owner": "compute:nova", "mac_address": "fa:16:3e:00:00:01", "status": "ACTIVE",
                "fixed_ips": [{"subnet_id": "s", "ip_address": "10.0.0.5"}], "security_groups": ["g"],
                "binding:host_id": "c1", "extra": {}}, {"tenant_id": "old", "device_id": "", "fixed_ips": []}, {}]}
                """)
        ]) { try await $0.ports(PortFilter()) }
        #expect(
            ports == [
                NeutronPort(
                    id: "p", networkID: "n", deviceID: "d", deviceOwner: "compute:nova",
                    macAddress: "fa:16:3e:00:00:01", fixedIPs: [.init(subnetID: "s", address: "10.0.0.5")],
                    projectID: "new", securityGroups: ["g"], status: "ACTIVE", bindingHost: "c1"),
                NeutronPort(deviceID: "", fixedIPs: [], projectID: "old"), NeutronPort(),
            ])
    }

    @Test func aMalformedPortIsToldWithItsPlace() async throws {
        let (error, _) = try await withNeutron(["ports": .json(#"{"ports": [{}, {"fixed_ips": [{}]}]}"#)]) { neutron in
            await failure { try await neutron.ports(PortFilter()) }
        }
        #expect(
            error?.description.contains("no “ports.1.fixed_ips.0.ip_address”") == true, "\(String(describing: error))")
    }

    @Test func aProvidersNetworksAreListedOnce() async throws {
        let (networks, asked) = try await withNeutron([
            "subnets": .json(#"{"subnets": [{"network_id": "b"}, {"network_id": "a"}, {"network_id": "b"}]}"#)
        ]) { try await $0.networkIDs(ofServiceProvider: "lb 1") }
        #expect(networks == ["b", "a"])
        #expect(asked == ["subnets?advanced_service_providers=lb%201&fields=network_id"])
    }
}
