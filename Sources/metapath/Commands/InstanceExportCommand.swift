import ArgumentParser
import InstanceFile
import InstanceStore

struct InstanceExportCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print all networks, routers and instances as a file that `import` takes.",
        discussion: """
            EXAMPLES
              metapath instance export > instances.yaml
              metapath instance export -f json
            """)

    @Option(name: [.customShort("f"), .customLong("format")], help: "yaml or json.")
    var format: Format = .yaml

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        let catalogue = try await store.catalogue()
        print(format == .yaml ? InstanceFile.yaml(catalogue) : InstanceFile.json(catalogue), terminator: "")
    }
}
