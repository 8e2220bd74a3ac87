import ArgumentParser
import Foundation
import InstanceFile
import InstanceModel
import Lab
import NetworkNamespaces

struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Run real tenant networks on this machine: namespaces, NAT, instances.",
        discussion: "See docs/lab.md. Exit status: 0 done, 1 failed, 130 and 143 after Ctrl-C and SIGTERM.",
        subcommands: [
            LabRunCommand.self, LabUpCommand.self, LabExecCommand.self, LabStatusCommand.self, LabFaultCommand.self,
            LabMendCommand.self, LabStartCommand.self, LabStopCommand.self, LabRestartCommand.self,
            LabDownCommand.self, LabStandInCommand.self,
        ])
}

struct LabRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Show the whole path at work, hop by hop, and leave nothing behind.",
        discussion: """
            EXAMPLES
              metapath lab run Examples/instances.yaml --config-file Examples/nova.conf
            """)

    @Argument(help: "The instances and their networks; the format of `metapath instance import`.")
    var file: String

    @Option(help: ArgumentHelp("The nova.conf with the shared secret.", valueName: "file"))
    var configFile: String

    func run() throws {
        let executable = try Executable.own()
        try RootlessLab.enterIfNeeded(executable: executable, arguments: Array(CommandLine.arguments.dropFirst())) {
            print($0)
        }
        let catalogue = try CatalogueText(path: file).parse(known: Catalogue())
        let interruption = Interruption()
        let run = LabRun(executable: executable, instanceFile: file, configFile: configFile, catalogue: catalogue)
        do {
            try run.run(interruption: interruption)
        } catch {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(error.exitStatus)
        }
    }
}

struct LabUpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Bring the networks up and leave them standing.",
        discussion: """
            EXAMPLES
              metapath lab up Examples/instances.yaml
              metapath lab up Examples/instances.yaml --path stock
              metapath lab up --networks 500 --instances 2
            """)

    @Argument(help: "The instances and their networks. Default: as many as --networks and --instances say.")
    var file: String?

    @Option(help: "Networks to make up, each with a router; all with the same addresses.")
    var networks: Int = 2

    @Option(help: "Instances on each of them.")
    var instances: Int = 1

    @Option(help: ArgumentHelp("Write the made-up instances here, for `metapath instance import`.", valueName: "file"))
    var export: String?

    @OptionGroup var path: LabPathOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...4000).contains(networks), (1...200).contains(instances) else {
            throw ValidationError("Expected --networks 1 to 4000 and --instances 1 to 200.")
        }
    }

    func run() throws {
        let catalogue =
            try file.map { try CatalogueText(path: $0).parse(known: Catalogue()) }
            ?? Lab.scaled(networks: networks, instances: instances)
        let text = InstanceFile.yaml(catalogue)
        if let export { try text.write(toFile: export, atomically: true, encoding: .utf8) }
        let path = try path.path()
        let progress = Progress("bringing up \(catalogue.networks.count) networks")
        let status = try Lab().up(catalogue, path: path, input: try LabPathOptions.input(path, text))
        progress.done()
        print(try LabStatusCommand.listing(status).text(output))
    }
}

struct LabExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command inside an instance, a router or a network.",
        discussion: """
            EXAMPLES
              metapath lab exec test0 curl http://169.254.169.254/latest/meta-data/
              metapath lab exec test0
            """)

    @Argument(help: "Name, id or namespace.")
    var name: String

    @Argument(parsing: .captureForPassthrough, help: "The command. Default: a shell.")
    var command: [String] = []

    func run() throws {
        try Lab().exec(name, command)
    }
}

struct LabStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what stands, and whether anybody listens for the guests.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        print(try Self.listing(Lab().status()).text(output))
    }

    static func listing(_ status: LabStatus) -> Listing {
        let namespaces = status.rows.map { row in
            let listening: Cell = row.isListening.map { .text($0 ? "listening" : "nobody listens") } ?? .none
            return [
                Cell.text(row.kind.rawValue), .text(row.name), .text(row.namespace), .list(row.networks),
                .list(row.addresses), row.exists ? listening : .text("namespace is gone"),
            ]
        }
        // A haproxy shows as its namespace's listener.
        let programs = status.programs.filter { $0.role != .haproxy }.map { program in
            [
                Cell.text("program"), .text(program.name), .none, .list([]), .list([program.url].compactMap(\.self)),
                .text(program.processes.isEmpty ? "does not run" : "runs"),
            ]
        }
        return Listing(
            columns: ["Kind", "Name", "Namespace", "Networks", "Addresses", "Metadata"], rows: namespaces + programs)
    }
}

struct LabDownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Remove everything a lab has made, also one that was killed.")

    func run() throws {
        guard let removal = try Lab().down() else { return print("no lab stands") }
        print(
            "removed \(removal.namespaces.count) namespaces, \(removal.processes.count) processes, \(removal.files.count) files"
        )
    }
}
