import ArgumentParser
import InstanceModel
import InstanceStore

struct InstanceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the instances.",
        discussion: """
            EXAMPLES
              metapath instance list
              metapath instance list -f value -c ID
              metapath instance list --project 28a490a0f8b28800181ce490a74df8d2 -f json
            """)

    @Option(help: "Only instances of this project.")
    var project: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        let catalogue = try await store.catalogue()
        let instances = catalogue.instances.filter { project == nil || $0.projectID == project }
        let listing = Listing(
            columns: ["ID", "Name", "Project", "Networks", "Image"],
            rows: instances.map { instance in
                [
                    .text("\(instance.id)"), Cell(instance.name), .text(instance.projectID),
                    .text(instance.addresses(in: catalogue.networks)), Cell(instance.image?.id),
                ]
            })
        print(try listing.text(output))
    }
}

extension Instance {
    /// `blue=10.0.0.5, 2001:db8::5; green=10.0.0.5`, as OpenStack's client shows addresses.
    func addresses(in networks: [Network]) -> String {
        ports.map { port in
            let name = networks.first { $0.id == port.network?.id }?.name ?? port.network.map { "\($0.id)" } ?? ""
            let addresses = port.fixedIPs.flatMap { [$0.address] + $0.floatingIPs }.joined(separator: ", ")
            return addresses.isEmpty ? name : "\(name)=\(addresses)"
        }.joined(separator: "; ")
    }
}
