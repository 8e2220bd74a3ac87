import Doctor
import Testing

@testable import Lab

/// What faults say and run, without running it; Tests/Doctor does.
struct LabFaultTests {
    @Test func hopsAreThoseOfTheDoctor() {
        let hops = Set(Hop.allCases.map(\.rawValue))
        #expect(LabFault.all.filter { !hops.contains($0.hop) }.map(\.name).isEmpty)
    }

    @Test func findingsAreThoseOfTheDoctorAtThatHop() {
        for fault in LabFault.all {
            #expect(FindingCode(rawValue: fault.finding)?.hop.rawValue == fault.hop, "\(fault.name)")
        }
    }

    @Test(arguments: LabPath.Kind.allCases)
    func ofOnePathEachNameIsThereOnce(kind: LabPath.Kind) {
        let names = LabFault.all.filter { $0.paths.contains(kind) }.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count >= 25)
    }

    @Test(arguments: LabPath.Kind.allCases)
    func everyPlaceIsOneThatTheLabHas(kind: LabPath.Kind) throws {
        let places = try FaultPlaces(status(of: kind), bridges: "bridges", directory: "/lab/run")
        for fault in LabFault.all where fault.paths.contains(kind) {
            for text in fault.commands + fault.files { _ = try places.filled(text) }
        }
    }

    @Test func bracesOfOtherLanguagesStay() throws {
        let places = try FaultPlaces(status(of: .stock), bridges: "bridges", directory: "/lab/run")
        let filled = try places.filled("sed '/{instance}/{p;s/{address}/x/}' {run}/f; nft 'add chain { type nat; }'")
        #expect(filled.hasPrefix("sed '/"))
        #expect(filled.hasSuffix("/{p;s/10.0.0.5/x/}' /lab/run/f; nft 'add chain { type nat; }'"))
    }

    @Test func aPlaceThatTheLabLacksIsNamed() throws {
        var status = try status(of: .metapath)
        status.rows.removeAll { $0.kind == .network }
        let places = FaultPlaces(status, bridges: "bridges", directory: "/lab/run")
        #expect(throws: LabError.self) { try places.filled("ip -n {network} address") }
    }

    @Test(arguments: LabPath.Kind.allCases)
    func noProgramIsCalledLikeAnybodyElses(kind: LabPath.Kind) throws {
        for program in try status(of: kind).programs {
            #expect(program.arguments.contains { $0.contains("/lab/run/") }, "\(program.name)")
        }
    }

    /// A lab of the test's topology, as far as it can be known without building it.
    private func status(of kind: LabPath.Kind) throws -> LabStatus {
        let catalogue = TestTopology().catalogue
        let path = LabPath(kind, executable: "/usr/bin/metapath")
        let rows = try LabPlan(catalogue, bridgeNamespace: "bridges").rows
        let plan = LabPathPlan(path, catalogue, rows, directory: "/lab/run", secret: "secret")
        return LabStatus(rows: rows, programs: plan.programs, path: path)
    }
}
