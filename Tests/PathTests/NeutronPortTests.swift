import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces
import Synchronization
import TestSupport
import Testing

@testable import Lab

/// A proxy that knows its guests by Neutron's ports and passes their requests on, as in an existing cloud.
@Suite(.enabled(if: geteuid() == 0, "Making network namespaces needs root."))
struct NeutronPortTests {
    /// What the stub of Neutron knows of a catalogue: its ports, and its routers' interfaces.
    private struct Ports: Sendable {
        var catalogue = Catalogue()
        /// Names of instances whose ports Neutron does not know (yet).
        var hidden: Set<String> = []
        var isDown = false

        func answer(_ request: StubRequest) -> StubAnswer {
            guard !isDown else { return .hangUp }
            let devices = Set(request.values("device_id"))
            guard devices.isEmpty else {
                let interfaces = catalogue.routers.filter { devices.contains("\($0.id)") }.flatMap { router in
                    router.networks.map { #"{"network_id": "\#($0)", "device_id": "\#(router.id)"}"# }
                }
                return .json(#"{"ports": [\#(interfaces.joined(separator: ", "))]}"#)
            }
            let wanted = Set(request.values("network_id"))
            let ports = catalogue.instances.filter { !hidden.contains($0.name ?? "") }.flatMap { instance in
                instance.ports.filter { port in port.network.map { wanted.contains("\($0.id)") } ?? false }
                    .map { Self.json($0, of: instance) }
            }
            return .json(#"{"ports": [\#(ports.joined(separator: ", "))]}"#)
        }

        private static func json(_ port: InstanceModel.Port, of instance: Instance) -> String {
            let addresses = port.fixedIPs.map { #"{"ip_address": "\#($0.address)"}"# }.joined(separator: ", ")
            return """
                {"id": "\(port.id)", "network_id": "\(port.network.map { "\($0.id)" } ?? "")",
                 "mac_address": "\(port.macAddress.map { "\($0)" } ?? "")", "fixed_ips": [\(addresses)],
                 "device_id": "\(instance.id)", "project_id": "\(instance.projectID)"}
                """
        }
    }

    private final class Knowledge: Sendable {
        let ports = Mutex(Ports())
    }

    private let hostname = "http://169.254.169.254/latest/meta-data/hostname"
    private let knowledge = Knowledge()

    /// A lab whose guests are known by the stub's ports, and answered by a service behind the proxy.
    /// - Parameter hidesFirst: Neutron does not know the first instance's port yet.
    private func run(hidesFirst: Bool = false, _ body: (ServedLab) throws -> Void) async throws {
        let knowledge = knowledge
        let cloud = try await StubCloud { request in knowledge.ports.withLock { $0.answer(request) } }
        let service = 20_000 + Int.random(in: 0..<20_000)
        let result = Result {
            try ServedLab.run(
                { catalogue in
                    let first = catalogue.instances.first?.name ?? ""
                    knowledge.ports.withLock { $0 = Ports(catalogue: catalogue, hidden: hidesFirst ? [first] : []) }
                },
                up: { program in
                    try? configuration(cloud, program).write(toFile: program.config, atomically: true, encoding: .utf8)
                    return ["--upstream", "http://127.0.0.1:\(service)"]
                }, command: "proxy", store: "neutron"
            ) { served in
                try served.program.withDaemon(["serve", "--listen", "127.0.0.1:\(service)"]) {
                    try waitUntil("the service") {
                        try PathTests.run(["curl", "--silent", "--noproxy", "*", "http://127.0.0.1:\(service)/"])
                            .status == 0
                    }
                    try body(served)
                }
            }
        }
        try await cloud.close()
        try result.get()
    }

    private func configuration(_ cloud: StubCloud, _ program: Program) -> String {
        """
        [metapath]
        port_file = \(program.directory)/ports.json
        [neutron]
        service_metadata_proxy = true
        metadata_proxy_shared_secret = s3cret
        auth_type = password
        auth_url = \(cloud.url)/identity
        username = nova
        password = s3cret
        user_domain_name = Default
        project_name = service
        project_domain_name = Default

        """
    }

    @Test func guestsWithOneAddressOnTwoNetworksGetTheirOwnAnswers() async throws {
        try await run { (served) throws in
            for name in [served.topology.first, served.topology.second, served.topology.third] {
                let answer = try served.curl(name, hostname)
                #expect(answer.body == "\(name).novalocal", "status \(answer.status)")
            }
        }
    }

    @Test func aPortThatNeutronLearnsOfLaterIsWaitedFor() async throws {
        try await run(hidesFirst: true) { (served) throws in
            let name = served.topology.first
            Thread.detachNewThread { [knowledge] in
                Thread.sleep(forTimeInterval: 1.5)
                knowledge.ports.withLock { $0.hidden = [] }
            }
            #expect(try served.curl(name, hostname).body == "\(name).novalocal")
        }
    }

    @Test func aGuestThatIsKnownIsServedWhileNeutronIsAway() async throws {
        try await run { (served) throws in
            #expect(try served.curl(served.topology.first, hostname).status == "200")
            knowledge.ports.withLock { $0.isDown = true }
            #expect(try served.curl(served.topology.first, hostname).body == "\(served.topology.first).novalocal")
        }
    }
}
