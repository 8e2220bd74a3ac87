import ArgumentParser

struct InstanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instance",
        abstract: "Keep the instances whose metadata Metapath serves.",
        discussion:
            "A running `metapath up` or `metapath serve` on the same store shows every change with the next request.",
        subcommands: [
            InstanceImportCommand.self, InstanceExportCommand.self, InstanceListCommand.self, InstanceShowCommand.self,
            InstanceCreateCommand.self, InstanceSetCommand.self, InstanceDeleteCommand.self,
        ])
}
