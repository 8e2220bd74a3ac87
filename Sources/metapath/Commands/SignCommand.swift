import ArgumentParser
import Identification
import MetadataDocuments
import OsloConfig

struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Print the signature of an instance id under the shared secret of nova.conf.",
        discussion: """
            The signature is what Neutron's metadata agent sends as X-Instance-ID-Signature: HMAC-SHA256 in lower-case \
            hexadecimal. With -f json also tells where the secret stands. The secret itself is never printed.

            EXAMPLES
              metapath sign 32d0524b-314d-4594-b3a3-607e3f2354f8 --config-file /etc/nova/nova.conf
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case value, json }

    @Argument(help: "The instance's id.")
    var instanceID: String

    @Option(name: [.customShort("f"), .customLong("format")], help: "value or json.")
    var format: Format = .value

    @OptionGroup var config: ConfigOptions

    func run() async throws {
        var configuration = try config.load()
        let secret = try SharedSecret(&configuration)
        try configuration.finish()
        let signature = SharedSecrets(current: secret.value).signature(of: instanceID)
        guard format == .json else { return print(signature) }
        print(
            JSONPrinter.text([
                "instance_id": .string(instanceID), "signature": .string(signature),
                "secret_file": .string(secret.file), "secret_line": .integer(secret.line),
                "secret_option": .string(secret.option),
            ]))
    }
}
