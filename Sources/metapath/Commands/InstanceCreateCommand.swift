import ArgumentParser
import InstanceModel
import InstanceStore
import MetadataDocuments

struct InstanceCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create one instance.",
        discussion: """
            Networks are made by `metapath instance import`; see docs/instances.md.

            EXAMPLES
              metapath instance create web-1 --project demo --port network=blue,ip=10.0.0.7
              metapath instance create web-2 --project demo --port network=blue,ip=10.0.0.8 \\
                  --key-name laptop --public-key ~/.ssh/id_ed25519.pub --user-data cloud-config.yaml
            """)

    @Argument(help: "Name of the new instance.")
    var name: String

    @Option(help: "Its id, a UUID. Default: derived from project and name.")
    var id: String?

    @OptionGroup var fields: InstanceFields
    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        var entry = JSONObject()
        entry["name"] = .string(name)
        if let id { entry["id"] = .string(id) }
        try fields.apply(to: &entry)
        let instance = try await store.put(entry, replacing: nil)
        print(try InstanceShowCommand.record(instance, networks: try await store.topology().networks).text(output))
    }
}

extension InstanceCatalogue {
    /// Checks an entry of the import format as `import` would, and keeps it.
    /// - Parameter old: the instance it is a new version of; nil for one that must not exist yet.
    func put(_ entry: JSONObject, replacing old: Instance?) async throws -> Instance {
        let known = try await topology()
        let file: JSONValue = ["instances": .array([.object(entry.fields)])]
        let text = CatalogueText(name: "command line", text: String(decoding: file.serialised(), as: UTF8.self))
        var catalogue = try text.parse(known: known)
        guard let id = catalogue.instances.first?.id else { throw CommandError("Expected one instance, found none.") }
        if old == nil, let taken = try await instance(id) {
            throw CommandError(
                "There is already an instance \(id), “\(taken.name ?? "")”; change it with `metapath instance set`.")
        }
        catalogue.networks = []
        catalogue.routers = []
        _ = try await apply(catalogue)
        return try await instance(id) ?? catalogue.instances[0]
    }
}
