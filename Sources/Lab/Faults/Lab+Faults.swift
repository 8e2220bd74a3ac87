import Foundation
import NetworkNamespaces

extension Lab {
    /// Breaks the lab that stands, printing each command as it is run.
    /// - Throws: ``LabError``: `notUp`, `noSuchFault` where the lab's path cannot be broken like that, `commandFailed`.
    public func breakPath(_ name: String, interruption: Interruption) throws(LabError) {
        try LabRequirements.check()
        let status = try status(looksForListeners: false)
        guard let path = status.path else {
            throw LabError(
                .noSuchFault, "This lab has no path to break. `metapath lab up FILE --path metapath` brings up one.")
        }
        let fault = try Self.fault(name, path.kind)
        let places = FaultPlaces(status, bridges: bridgeNamespace, directory: runDirectory)
        let transcript = Transcript(
            environment: GuestEnvironment.variables(with: path.executable), interruption: interruption)
        try transcript.heading(fault.text)
        // All of them before the first is run: a fault that this lab cannot have changes nothing.
        let commands = try fault.commands.map { text throws(LabError) in try places.filled(text) }
        for file in fault.files {
            let file = try places.filled(file)
            try update { $0.files.append(file) }
        }
        for command in commands { try transcript.run(command) }
    }

    private static func fault(_ name: String, _ kind: LabPath.Kind) throws(LabError) -> LabFault {
        let faults = LabFault.all.filter { $0.name == name }
        if let fault = faults.first(where: { $0.paths.contains(kind) }) { return fault }
        throw LabError(
            .noSuchFault,
            (faults.isEmpty ? "There is no fault “\(name)”." : "A \(kind.rawValue) path cannot have the fault \(name).")
                + " `metapath lab fault list` shows the faults, and the paths of each.")
    }
}
