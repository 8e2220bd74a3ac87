import ArgumentParser
import Foundation
import InstanceFile
import InstanceModel
import InstanceStore

struct InstanceImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Create or replace everything a YAML or JSON file describes; all of it or nothing.",
        discussion: """
            The format is described in docs/instances.md and Schemas/instances.schema.json. Every mistake in the file is \
            reported with its line and column, and then nothing is imported.

            EXAMPLES
              metapath instance import instances.yaml
              metapath instance export | metapath instance import - --store sqlite:copy.sqlite
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        let progress = Progress("importing \(file)")
        let known = try await store.topology()
        let catalogue = try CatalogueText(path: file).parse(known: known)
        let applied = try await store.apply(catalogue)
        progress.done()
        print("\(applied.created) created, \(applied.updated) changed, \(applied.unchanged) unchanged")
    }
}
