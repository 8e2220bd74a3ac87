import Doctor
import Foundation
import InstanceModel
import Lab

/// The lab that stands on this host, and what it was made of.
struct LabRecord {
    var status: LabStatus
    /// Its networks and instances; nil where no file of them is left.
    var catalogue: Catalogue?

    /// Nil where no lab stands.
    static func look() -> LabRecord? {
        guard let status = try? Lab().status(looksForListeners: false) else { return nil }
        let text = status.instanceFile.flatMap { try? CatalogueText(path: $0) }
        return LabRecord(status: status, catalogue: try? text?.parse(known: Catalogue()))
    }
}

extension StartCommands {
    /// Each program by what the lab starts it with.
    init(_ lab: LabStatus) {
        self.init()
        instanceFile = lab.instanceFile
        for row in lab.listeners where instanceFile != nil { makers[row.namespace] = "metapath lab mend" }
        for program in lab.programs {
            switch program.role {
            case .path: path = program.restartCommand
            case .haproxy: namespaces[program.namespace ?? program.name] = program.restartCommand
            case .agent: agent = program.restartCommand
            case .service: break
            case .neutron: (neutron, clock) = (program.restartCommand, program.restartCommand)
            }
            if let url = program.url { services[url] = program.restartCommand }
        }
    }
}
