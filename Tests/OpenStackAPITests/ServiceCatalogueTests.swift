import Foundation
import Testing

@testable import OpenStackAPI

/// Which endpoint of a token's catalogue is taken (contract nova.md §1.3, `[neutron]`).
struct ServiceCatalogueTests {
    private let catalogue = ServiceCatalogue(services: [
        .init(type: "identity", name: "keystone", endpoints: [.init(interface: "public", url: "http://keystone")]),
        .init(
            type: "network", name: "neutron",
            endpoints: [
                .init(interface: "public", regions: ["One"], url: "http://public.one"),
                .init(interface: "internal", regions: ["One"], url: "http://internal.one"),
                .init(interface: "public", regions: ["Two"], url: "http://public.two"),
            ]),
        .init(type: "network", name: "other", endpoints: [.init(interface: "admin", url: "http://other")]),
    ])

    private func address(_ wanted: EndpointSelector) throws -> String { try catalogue.address(of: wanted) }

    private func complaint(_ wanted: EndpointSelector) throws -> String {
        try #require(#expect(throws: OpenStackAPIError.self) { try catalogue.address(of: wanted) }).description
    }

    @Test func internalIsPreferredToPublicUnlessConfigured() throws {
        #expect(try address(.init(serviceType: "network")) == "http://internal.one")
        #expect(
            try address(.init(serviceType: "network", interfaces: ["public", "internal"])) == "http://public.one")
    }

    @Test func interfacesAreTriedInTheirOrder() throws {
        #expect(try address(.init(serviceType: "network", region: "Two")) == "http://public.two")
        #expect(try address(.init(serviceType: "network", interfaces: ["admin", "public"])) == "http://other")
    }

    @Test func interfacesMayBeSpeltAsInVersion2() throws {
        #expect(try address(.init(serviceType: "network", interfaces: ["internalURL"])) == "http://internal.one")
    }

    @Test func aNameSelectsAmongServicesOfAType() throws {
        let interfaces = ["internal", "admin"]
        #expect(
            try address(.init(serviceType: "network", serviceName: "other", interfaces: interfaces)) == "http://other")
        #expect(
            try address(.init(serviceType: "network", serviceName: "neutron", interfaces: interfaces))
                == "http://internal.one")
    }

    @Test func whatIsMissingIsNamedWithWhatIsThere() throws {
        let text = try complaint(.init(serviceType: "network", serviceName: "neutron", region: "Three"))
        for part in [
            "“network”", "named “neutron”", "internal or public", "region “Three”", "internal of “neutron” in “One”",
            "public of “neutron” in “Two”", "region_name", "endpoint_override",
        ] {
            #expect(text.contains(part), "\(part) in: \(text)")
        }
    }

    @Test func aTypeThatIsMissingIsNamedWithTheTypesThatAreThere() throws {
        let text = try complaint(.init(serviceType: "networking"))
        #expect(text.contains("only the types identity, network"), "\(text)")
        #expect(text.contains("service_type"), "\(text)")
    }

    @Test func anEmptyCatalogueSuggestsAProject() throws {
        let empty = try KeystoneToken(id: "t", body: Data(#"{"token": {"expires_at": "2099-01-01T00:00:00Z"}}"#.utf8))
        let error = #expect(throws: OpenStackAPIError.self) {
            try empty.catalogue.address(of: .init(serviceType: "network"))
        }
        #expect(try #require(error).description.contains("set a project"))
    }

    @Test func keystonesFormIsRead() throws {
        let text = """
            {"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "catalog": [{"type": "network", "name": "neutron",
            "id": "1", "endpoints": [{"interface": "internal", "region": "Old", "region_id": "New", "url": "http://n",
            "id": "2"}, {"interface": "public", "region": null, "region_id": null, "url": null, "id": "3"}]}]}}
            """
        let token = try KeystoneToken(id: "t", body: Data(text.utf8))
        #expect(
            token.catalogue.services == [
                .init(
                    type: "network", name: "neutron",
                    endpoints: [.init(interface: "internal", regions: ["Old", "New"], url: "http://n")])
            ])
    }
}
