import Foundation
import Glibc
import InstanceModel
import NetworkNamespaces

/// The demonstration: brings up the networks of a catalogue, serves them, walks through the investigation an operator
/// would make, and takes everything down again.
///
/// The program's own commands, `curl` and `nft` are run exactly as they are printed.
public struct LabRun: Sendable {
    /// Path of this program. Its directory comes first in `PATH`, so that its name is enough in what is printed.
    public var executable: String
    /// The import file that `catalogue` was read from.
    public var instanceFile: String
    /// The `nova.conf` with the shared secret.
    public var configFile: String
    public var catalogue: Catalogue
    public var lab: Lab
    /// Where the metadata service listens, in our own namespace.
    public var serviceURL = "http://127.0.0.1:8775"

    public init(executable: String, instanceFile: String, configFile: String, catalogue: Catalogue, lab: Lab = Lab()) {
        self.executable = executable
        self.instanceFile = instanceFile
        self.configFile = configFile
        self.catalogue = catalogue
        self.lab = lab
    }

    /// Blocks until all is over. The service ends with the calling thread, however that ends.
    /// - Throws: ``LabError``; by then everything has been taken down.
    public func run(interruption: Interruption) throws(LabError) {
        for program in ["curl"] where Executable.path(of: program) == nil { throw LabRequirements.missing(program) }
        let transcript = Transcript(
            environment: GuestEnvironment.variables(with: executable), interruption: interruption)
        try transcript.heading(
            "\(catalogue.networks.count) networks, \(catalogue.routers.count) routers, "
                + "\(catalogue.instances.count) instances, made of namespaces, bridges and NAT rules.")
        let start = ContinuousClock.now
        let removal = try lab.holding(catalogue, interruption: interruption) { () throws(LabError) in
            try transcript.text("Up after \(elapsed(since: start)).")
            let service = try LabService.start(for: self, transcript: transcript, interruption: interruption)
            try Investigation(run: self, service: service, transcript: transcript).conduct()
            return try lab.down()
        }
        try transcript.text(
            "\nTaken down: \(removal?.namespaces.count ?? 0) namespaces, the service and its files. "
                + "All in all \(elapsed(since: start)).")
    }

    /// How the program is called in what is printed.
    var program: String { shellWord(URL(filePath: executable).lastPathComponent) }

    private func elapsed(since start: ContinuousClock.Instant) -> String {
        let parts = (ContinuousClock.now - start).components
        return HopTable.duration(Int(parts.seconds) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000))
    }
}
