import ArgumentParser
import InstanceModel
import InstanceStore

struct InstanceShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one instance.",
        discussion: """
            The password is not shown; `metapath get /openstack/latest/password` reads it.

            EXAMPLES
              metapath instance show test0
              metapath instance show test0 -f value -c ID
            """)

    @Argument(help: "Name or id.")
    var instance: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let store = try self.store.open()
        let instance = try await store.instance(named: self.instance)
        print(try Self.record(instance, networks: try await store.topology().networks).text(output))
    }

    static func record(_ instance: Instance, networks: [Network]) -> Record {
        Record(fields: [
            ("ID", .text("\(instance.id)")),
            ("Name", Cell(instance.name)),
            ("Project", .text(instance.projectID)),
            ("Hostname", Cell(instance.hostname)),
            ("EC2 ID", .text(ec2ID("i", instance.ec2Number))),
            ("Networks", .text(instance.addresses(in: networks))),
            ("MAC addresses", .list(instance.ports.compactMap { $0.macAddress?.description })),
            ("Image", Cell(instance.image?.id)),
            ("Kernel", Cell(instance.kernel?.id)),
            ("Ramdisk", Cell(instance.ramdisk?.id)),
            ("Instance type", Cell(instance.instanceType)),
            ("Availability zone", Cell(instance.availabilityZone)),
            ("Reservation", Cell(instance.reservationID)),
            ("Launch index", instance.launchIndex.map(Cell.number) ?? .none),
            ("Key pair", Cell(instance.keyName)),
            ("Security groups", .list(instance.securityGroups ?? [])),
            ("Metadata", .list(instance.metadata.map { "\($0.key)=\($0.value)" })),
            ("User data", instance.userData.map { .text("\($0.count) bytes") } ?? .none),
            ("Password set", .text(instance.password.isEmpty ? "no" : "yes")),
        ])
    }

    /// `i-0000000a`.
    private static func ec2ID(_ prefix: String, _ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return "\(prefix)-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
