import ArgumentParser
import InstanceFile
import InstanceModel
import InstanceStore
import MetadataDocuments

struct InstanceSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change one instance; what is not named stays as it is.",
        discussion: """
            EXAMPLES
              metapath instance set test0 --property role=db
              metapath instance set test0 --name test0-renamed --availability-zone az2
            """)

    @Argument(help: "Name or id.")
    var instance: String

    @Option(help: "New name.")
    var name: String?

    @OptionGroup var fields: InstanceFields
    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        let old = try await store.instance(named: instance)
        var entry = try await Self.entry(of: old, in: store)
        if let name {
            entry["name"] = .string(name)
            // A new name does not change the host name that the guest was given.
            entry["hostname"] = .string(orNull: old.hostname)
        }
        try fields.apply(to: &entry)
        let new = try await store.put(entry, replacing: old)
        print(try InstanceShowCommand.record(new, networks: try await store.topology().networks).text(output))
    }

    /// The instance as the import format writes it, with its id, which a new name must not change.
    private static func entry(of instance: Instance, in store: any InstanceCatalogue) async throws -> JSONObject {
        var catalogue = try await store.topology()
        catalogue.instances = [instance]
        let exported = JSONObject(try JSONValue(parsing: Array(InstanceFile.json(catalogue).utf8)))
        guard case .array(let entries) = exported["instances"] else {
            throw CommandError("The store's record of \(instance.id) cannot be written out.")
        }
        var entry = JSONObject(entries.first)
        entry["id"] = .string("\(instance.id)")
        return entry
    }
}
