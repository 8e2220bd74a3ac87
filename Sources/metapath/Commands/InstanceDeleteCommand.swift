import ArgumentParser
import InstanceModel
import InstanceStore

struct InstanceDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete instances; from the next request on they get 404.",
        discussion: """
            EXAMPLES
              metapath instance delete test0 test1
            """)

    @Argument(help: "Names or ids.")
    var instances: [String]

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        var ids: [(name: String, id: InstanceID)] = []
        for name in instances { ids.append((name, try await store.instance(named: name).id)) }
        for (name, id) in ids {
            guard try await store.delete(id) else { continue }
            print("deleted \(name)")
        }
    }
}
