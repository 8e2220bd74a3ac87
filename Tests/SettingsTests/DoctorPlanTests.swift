import Foundation
import InstanceModel
import OpenStackAPI
import OsloConfig
import Testing

@testable import Doctor
@testable import Lab
@testable import metapath

@Suite("What the doctor knows of a lab")
struct LabRecordTests {
    private static let status = {
        var status = LabStatus(rows: [])
        status.instanceFile = "/run/lab/instances.yaml"
        status.programs = [
            LabProgram(.haproxy, name: "qrouter-1", arguments: [], namespace: "qrouter-1"),
            LabProgram(.agent, name: "agent", arguments: []),
            LabProgram(.service, name: "nova", arguments: [], url: "http://127.0.0.1:8775"),
            LabProgram(.neutron, name: "neutron", arguments: [], url: "http://127.0.0.1:9696"),
        ]
        return status
    }()

    @Test func eachProgramIsStartedByTheLab() {
        let starts = StartCommands(Self.status)
        #expect(starts.namespaces == ["qrouter-1": "metapath lab restart qrouter-1"])
        #expect(starts.agent == "metapath lab restart agent")
        #expect(starts.service(at: "http://127.0.0.1:8775") == "metapath lab restart nova")
        #expect(starts.service(at: "http://192.0.2.1:8775").hasPrefix("systemctl restart nova-api-metadata"))
        #expect(starts.neutron == "metapath lab restart neutron")
        #expect(
            starts.importing(into: "sqlite:/a b")
                == "metapath instance import /run/lab/instances.yaml --store 'sqlite:/a b'")
        #expect(starts.importing(into: nil) == nil)
        #expect(StartCommands().importing(into: "sqlite:/a") == nil)
    }

    @Test func aGuestWithoutPortInNeutronIsGivenOne() async throws {
        let file = URL(filePath: #filePath).appending(path: "../../../Examples/instances.yaml").standardized
        let catalogue = try CatalogueText(path: file.path).parse(known: Catalogue())
        var record = LabRecord(status: Self.status, catalogue: catalogue)
        record.status.rows = catalogue.instances.map { instance in
            LabStatus.Row(
                .instance, name: instance.name ?? "", id: "\(instance.id)", namespace: "lab-\(instance.name ?? "")",
                networks: [], addresses: [])
        }
        let neutron = NeutronGuests(guests: [], found: .success(""), clocks: [])
        let plan = GuestPlan(neutron: neutron, lab: record, namespaces: [], services: [])
        let path = try #require(plan.paths(HostView()).first { $0.name == "test0" })
        guard case .found(let findings) = await PortCheck().run(path), let finding = findings.first else {
            Issue.record("nothing was found")
            return
        }
        #expect(finding.code == .portUnknown)
        #expect(
            finding.remedy.text.hasPrefix(
                "openstack port create --network 99e88329-f20d-4741-9593-25bf07847b16 --fixed-ip ip-address=10.0.0.5"))
        let away = NeutronGuests(guests: [], found: .failure(LookFailure("away")), clocks: [])
        #expect(GuestPlan(neutron: away, lab: record, namespaces: [], services: []).paths(HostView()).isEmpty)
    }
}

@Suite("Neutron's account")
struct NeutronAccountTests {
    private static func account(_ text: String) -> NeutronAccount? {
        NeutronAccount([ConfigText.parse(text, file: "/etc/nova/nova.conf").sections])
    }

    @Test func isFoundInTheServicesFiles() throws {
        let account = try #require(
            Self.account("[neutron]\nauth_type = none\nendpoint_override = http://127.0.0.1:9696\n"))
        #expect(account.files == ["/etc/nova/nova.conf"])
        #expect(Self.account("[neutron]\nmetadata_proxy_shared_secret = s\n") == nil)
    }
}
