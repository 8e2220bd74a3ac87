import Foundation
import InstanceModel
import OpenStackAPI
import Testing

@testable import Doctor

@Suite("What mends a port is a command")
struct PortRemedyTests {
    static func guest(_ port: NeutronPort? = NeutronPort(id: "p1"), addresses: [String] = ["10.0.0.5"]) throws -> Guest
    {
        Guest(
            instance: "i1", name: "test 0", project: "wrong",
            network: try #require(NetworkID("99e88329-f20d-4741-9593-25bf07847b16")), networkName: "blue",
            macAddress: MACAddress("fa:16:3e:00:00:01"), addresses: addresses.compactMap { IPAddress($0) }, port: port)
    }

    @Test func itIsMadeWithWhatTheGuestHas() throws {
        let command = try Self.guest(addresses: ["10.0.0.5", "2001:db8::5"]).portCreation(project: "right")
        #expect(
            command
                == "openstack port create --network 99e88329-f20d-4741-9593-25bf07847b16 --fixed-ip ip-address=10.0.0.5 "
                + "--mac-address fa:16:3e:00:00:01 --device i1 --device-owner compute:nova --project right 'test 0'")
        #expect(try Self.guest(addresses: []).portCreation(project: "right") == nil)
        #expect(try Self.guest().portCreation(project: "") == nil)
    }

    @Test func anotherProjectIsNamedAndThePortMadeAnew() async throws {
        var path = GuestPath(guest: try Self.guest(), doubles: [], arrival: nil, service: nil)
        path.owner = .success("right")
        guard case .found(let findings) = await ProjectCheck().run(path), let finding = findings.first else {
            Issue.record("nothing was found")
            return
        }
        #expect(finding.text.contains("wrong") && finding.text.contains("right"))
        #expect(finding.remedy.text.hasPrefix("openstack port delete p1 && openstack port create"))
        path.owner = .success("wrong")
        #expect(await ProjectCheck().run(path) == .passed("both wrong"))
        path.owner = .failure(LookFailure("no access"))
        #expect(await ProjectCheck().run(path) == .notRun("no access"))
        path.owner = nil
        #expect(await ProjectCheck().run(path) == .notApplicable)
    }

    @Test(arguments: [
        (NeutronPort(id: "p1", status: "DOWN", bindingHost: "h1", bindingType: "ovs"), FindingCode.portDown, "h1"),
        (
            NeutronPort(id: "p1", status: "DOWN", bindingHost: "h1", bindingType: "binding_failed"), .portBindingFailed,
            "h1"
        ),
        (
            NeutronPort(id: "p1", status: "DOWN", bindingHost: "", bindingType: "unbound"), .portBindingFailed,
            "server show"
        ),
    ])
    func oneThatIsNotPluggedInIsBoundAgain(port: NeutronPort, code: FindingCode, host: String) async throws {
        let path = GuestPath(guest: try Self.guest(port), doubles: [], arrival: nil, service: nil)
        guard case .found(let findings) = await PortCheck().run(path) else {
            Issue.record("nothing was found")
            return
        }
        #expect(findings.map(\.code) == [code])
        #expect(findings[0].remedy.text.contains(host) && findings[0].remedy.text.hasSuffix(" p1"))
    }

    @Test func oneThatIsPluggedInSaysWhere() async throws {
        let port = NeutronPort(id: "p1", status: "ACTIVE", bindingHost: "h1", bindingType: "ovs")
        let path = GuestPath(guest: try Self.guest(port), doubles: [], arrival: nil, service: nil)
        #expect(await PortCheck().run(path) == .passed("10.0.0.5 on blue, ACTIVE, on host h1"))
    }
}

@Suite("Commands for a shell")
struct ShellTextTests {
    @Test func oneAfterTheOther() {
        #expect(ShellText.sequence(["a", "b"]) == "a && b")
        #expect(ShellText.sequence(["a &", "b   # where it runs"]) == "a & b   # where it runs")
        #expect(ShellText.sequence(["a   # where it runs", "b"]) == "a && b")
    }

    @Test func certificatesAreRead() throws {
        let said = "sha256 Fingerprint=AB:CD\nHostname nova does match certificate\nnotAfter=Nov  6 08:49:37 2094 GMT\n"
        let certificate = try #require(PresentedCertificate(said))
        #expect(certificate.description == "SHA-256 AB:CD")
        #expect(PresentedCertificate("unable to load certificate") == nil)
        let other =
            "sha256 Fingerprint=AB\nHostname nova does NOT match certificate\nnotAfter=Nov  6 08:49:37 1994 GMT\n"
        #expect(
            try #require(PresentedCertificate(other)).description
                == "SHA-256 AB, expired since 1994-11-06T08:49:37Z, for another name")
    }

    @Test func datesAreRead() {
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777))
        #expect(HTTPDate.parse("yesterday") == nil)
    }
}
