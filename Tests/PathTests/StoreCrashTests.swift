import Foundation
import Glibc
import InstanceFile
import InstanceModel
import NetworkNamespaces
import Testing

@testable import Lab

/// `kill -9` at any moment of an import leaves all of it or nothing.
struct StoreCrashTests {
    /// Moments, spread evenly over the time that an import takes.
    private static let rounds = 16

    @Test func anImportThatIsKilledLeavesAllOrNothing() throws {
        try Program.withDirectory { program in
            var catalogue = Lab.scaled(networks: 1, instances: 400)
            let start = ContinuousClock.now
            try program.importCatalogue(catalogue)
            let whole = (ContinuousClock.now - start) / Self.rounds
            var before = 0
            for round in 1...Self.rounds {
                for index in catalogue.instances.indices { catalogue.instances[index].instanceType = "round\(round)" }
                let file = "\(program.directory)/round.yaml"
                try write(catalogue, to: file)
                try killDuringImport(program, file, after: whole * round)
                let types = try exportedTypes(program)
                #expect(types.count == 1, "a part of round \(round) was kept")
                if types.first == "round\(round)" { before = round }
                #expect(types.first == (before == 0 ? "" : "round\(before)"))
            }
            #expect(
                try program("instance", "import", "\(program.directory)/round.yaml", "--store", program.store).status
                    == 0)
        }
    }

    private func write(_ catalogue: Catalogue, to file: String) throws {
        try InstanceFile.yaml(catalogue).write(toFile: file, atomically: true, encoding: .utf8)
    }

    private func killDuringImport(_ program: Program, _ file: String, after delay: Duration) throws {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        let command = NamespaceCommand([Program.path, "instance", "import", file, "--store", program.store])
        let process = try command.start(output: null, errors: null)
        usleep(UInt32(delay / .microseconds(1)))
        kill(process.pid, SIGKILL)
        _ = process.wait()
    }

    /// The different instance types there are: one, unless a part of an import was kept.
    private func exportedTypes(_ program: Program) throws -> Set<String> {
        let result = try program("instance", "export", "-f", "json", "--store", program.store)
        #expect(result.status == 0, "\(result.errors)")
        let exported = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let instances = try #require(exported["instances"] as? [[String: Any]])
        #expect(instances.count == 400)
        return Set(instances.map { $0["instance_type"] as? String ?? "" })
    }
}
