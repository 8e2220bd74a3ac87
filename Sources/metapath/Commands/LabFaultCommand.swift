import ArgumentParser
import Foundation
import InstanceModel
import Lab
import NetworkNamespaces

struct LabFaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault",
        abstract: "Break the path of the lab in one precise way, or in several.",
        discussion: """
            Each command is printed as it is run. `metapath lab mend` makes all good again; `metapath doctor` should \
            name the hop that the list names, and say what mends it.

            EXAMPLES
              metapath lab fault list
              metapath lab fault secret-trailing-space && metapath doctor
              metapath lab fault rule-missing nova-down
            """)

    @Argument(help: "Names of faults; `list` for a list of all.")
    var names: [String]

    @OptionGroup var output: OutputOptions

    func run() throws {
        if names == ["list"] { return print(try Self.listing.text(output)) }
        let interruption = Interruption()
        for name in names {
            do {
                try Lab().breakPath(name, interruption: interruption)
            } catch {
                FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
                throw ExitCode(error.exitStatus)
            }
        }
    }

    private static var listing: Listing {
        Listing(
            columns: ["Name", "Hop", "Finding", "Paths", "What is broken"],
            rows: LabFault.all.map { fault in
                [
                    .text(fault.name), .text(fault.hop), .text(fault.finding),
                    .list(fault.paths.map(\.rawValue).sorted()), .text(fault.text),
                ]
            })
    }
}

struct LabMendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mend",
        abstract: "Make the lab anew, as it was when it was brought up.",
        discussion: "What runs in its instances ends, and what has been changed in its stores and files is lost.")

    func run() throws {
        let lab = Lab()
        let status = try lab.status(looksForListeners: false)
        guard let file = status.instanceFile else {
            throw CommandError("The lab of `metapath lab run` is not mended; it ends by itself.")
        }
        let text = try CatalogueText(path: file)
        let input = try LabPathOptions.input(status.path, text.text)
        let progress = Progress("mending")
        try lab.down()
        try lab.up(try text.parse(known: Catalogue()), path: status.path, input: input)
        progress.done()
        print("mended: \(status.rows.count) namespaces, \(status.programs.count) programs")
    }
}
