import Foundation
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import OpenStackAPI

/// Pages and long lists of ids.
@Suite(.timeLimit(.minutes(1)))
struct CollectionTests {
    private func withNeutron<Result: Sendable>(
        _ answer: @escaping @Sendable (StubRequest) -> StubAnswer,
        _ body: (Neutron, StubServer) async throws -> Result
    ) async throws -> Result {
        let server = try await StubServer(answer: answer)
        let neutron = try Neutron(
            endpoint: .address("http://127.0.0.1:\(server.port)"), keystone: nil,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        return try await ending({
            try await neutron.shutdown()
            try await server.close()
        }) { try await body(neutron, server) }
    }

    @Test func pagesAreFollowedOnTheSameHost() async throws {
        let elsewhere = "https://proxy.invalid/v2.0/ports"
        try await withNeutron({ request in
            switch request.values("marker").first {
            case nil:
                .json(
                    """
                    {"ports": [{"id": "a"}, {"id": "b"}], "ports_links": [{"rel": "previous", "href": "\(elsewhere)"},
                    {"rel": "next", "href": "\(elsewhere)?device_id=x%3Dy&limit=2&marker=b#end"}]}
                    """)
            default: .json(#"{"ports": [{"id": "c"}], "ports_links": [{"rel": "previous", "href": "?page=1"}]}"#)
            }
        }) { neutron, server in
            let ports = try await neutron.ports(PortFilter(deviceIDs: ["x=y"], limit: 2))
            #expect(ports.map(\.id) == ["a", "b", "c"])
            #expect(
                server.requests.map(\.uri) == [
                    "/v2.0/ports?device_id=x%3Dy&limit=2", "/v2.0/ports?device_id=x%3Dy&limit=2&marker=b",
                ])
        }
    }

    @Test func pagesThatLeadBackEnd() async throws {
        try await withNeutron({ _ in
            .json(#"{"ports": [{"id": "a"}], "ports_links": [{"rel": "next", "href": "/v2.0/ports?marker=a"}]}"#)
        }) { neutron, server in
            let error = await failure { try await neutron.ports(PortFilter()) }
            #expect(error?.kind == .unreadable)
            #expect(error?.description.contains("leads back") == true, "\(String(describing: error))")
            #expect(server.requests.count == 2)
        }
    }

    @Test func manyNetworksAreAskedForInParts() async throws {
        let networks = (0..<400).map { _ in UUID().uuidString.lowercased() }
        try await withNeutron({ request in
            .json(
                "{\"ports\": [\(request.values("network_id").map { "{\"network_id\": \"\($0)\"}" }.joined(separator: ","))]}"
            )
        }) { neutron, server in
            let ports = try await neutron.ports(
                PortFilter(networkIDs: networks + networks, fixedIPAddress: "10.0.0.5"), fields: [.networkID])
            #expect(ports.map(\.networkID) == networks)
            #expect(server.requests.map { $0.values("network_id").count } == [160, 160, 80])
            #expect(server.requests.allSatisfy { $0.uri.utf8.count < 8000 })
            #expect(server.requests.allSatisfy { $0.values("fixed_ips") == ["ip_address=10.0.0.5"] })
        }
    }

    @Test func inNoNetworkThereIsNothingToAsk() async throws {
        try await withNeutron({ _ in .hangUp }) { neutron, server in
            let ports = try await neutron.ports(PortFilter(networkIDs: []))
            #expect(ports.isEmpty)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func aPartIsAsLongAsTheAddressAllows() {
        let ids = (0..<100).map { "\($0)" + String(repeating: ":", count: 100) }
        let batches = IDBatches(name: "id", limit: 150, taken: 500).split(ids)
        #expect(batches.flatMap(\.self) == ids)
        for batch in batches {
            #expect(500 + URLText.query(batch.map { .init(name: "id", value: $0) }).utf8.count < 8000)
        }
        #expect(batches.count == 5)
        #expect(IDBatches(name: "id", limit: 2, taken: 9000).split(["a", "b", "a"]) == [["a"], ["b"]])
        #expect(IDBatches(name: "id", limit: 2, taken: 0).split(["a", "b", "c", "b"]) == [["a", "b"], ["c"]])
    }
}
